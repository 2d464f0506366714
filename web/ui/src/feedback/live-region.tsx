import { useSyncExternalStore } from "react";

let text = "";
const listeners = new Set<() => void>();

/** Has a screen reader say something when it has finished its sentence. */
export function announce(sentence: string): void {
  text = sentence;
  for (const listener of listeners) listener();
}

export function LiveRegion() {
  const said = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => text,
  );
  return (
    <div className="vh" role="status" aria-live="polite">
      {said}
    </div>
  );
}
