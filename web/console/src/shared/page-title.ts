import { useEffect } from "react";

/** What the browser's tab says; the product's name goes last. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Diwan`;
  }, [title]);
}
