import type { DriveEnd } from "./drive-run.ts";

type Timed = {
  limitMs: number;
  /** What was spent so far, and goes on being spent. */
  activeMs(): number;
  /** Called where the limit was needed: steps that ended after all would go on telling readers of a run that has its end. */
  abandon(): void;
};

/** Ends a run in time whatever its steps do; says which limit ended it, if one did. */
export async function withinHardLimit(
  drive: Promise<DriveEnd>,
  { limitMs, activeMs, abandon }: Timed,
): Promise<{ end: DriveEnd; timedOut: "soft" | "hard" | undefined }> {
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const over = new Promise<DriveEnd>((resolve) => {
    const fail = () => {
      isOver = true;
      abandon();
      const message = `Aborted: Maximum execution time exceeded: ${(activeMs() / 1000).toFixed(2)}s > ${limitMs / 1000}s`;
      resolve({ status: "failed", error: { code: "run.time-limit", message, nodeId: null } });
    };
    timer = setTimeout(fail, Math.max(0, limitMs - activeMs()));
  });
  const end = await Promise.race([drive, over]).finally(() => clearTimeout(timer));
  if (end.status !== "failed" || end.error.code !== "run.time-limit") return { end, timedOut: undefined };
  return { end, timedOut: isOver ? "hard" : "soft" };
}
