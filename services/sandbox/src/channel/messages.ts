/** A program for a host. */
export type RunOrder = {
  code: string;
};

export type RunOutcome = {
  /** As of a process; -1 where the program did not end by itself. */
  exitCode: number;
  /** Why a program did not end by itself, or was refused something for good. */
  failure: "none" | "denied" | "crashed";
  /** Memory of the program at its end, in bytes. */
  memoryBytes: number;
  /** The host is as it was before and takes the next program; otherwise it ends now. */
  isClean: boolean;
};
