import { createContext } from "react";

/** Which step is selected, and how to select one; the address holds it. */
export const SelectContext = createContext<{
  selected: string | undefined;
  select: (stepId: string | undefined) => void;
}>({
  selected: undefined,
  select: () => {},
});
