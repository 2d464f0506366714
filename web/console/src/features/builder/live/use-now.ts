import { useEffect, useState } from "react";

/** The present, as bars and times of what runs need it: ten times a second while something runs. */
export function useNow(running: boolean, everyMs = 100): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [running, everyMs]);
  return now;
}
