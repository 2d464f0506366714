import { createContext, useContext } from "react";
import { useStore } from "zustand";
import { createRunStore, type RunState, type RunStore } from "./run-store.ts";

export const RunContext = createContext<RunStore>(createRunStore());

/** One slice of the run on show; a step asks only for its own state and draws again only when that changes. */
export function useRun<Slice>(select: (state: RunState) => Slice): Slice {
  return useStore(useContext(RunContext), select);
}
