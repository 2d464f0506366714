const codes: ReadonlySet<unknown> = new Set(["storage.unavailable", "storage.busy", "storage.full"]);

/**
 * The database does not answer for now. Nothing is wrong with a run that meets this: it goes on when it does.
 *
 * @param error  An error of ours, or what a step says of one.
 */
export function isOutage(error: unknown): error is { code: string } {
  return typeof error === "object" && error !== null && "code" in error && codes.has(error.code);
}
