/** The newest version of the app file that this engine knows. */
export const CURRENT_DSL_VERSION = "0.7.0";

/** What exports say: hosts that are older ask for confirmation only when a file is newer than they are. */
export const EXPORT_DSL_VERSION = "0.6.0";

export type Version = { major: number; minor: number; patch: number };

/** How a file of some version is taken. `failed` is no version at all; `too-new` and `pending` are newer than ours. */
export type VersionVerdict = "completed" | "completed-with-warnings" | "pending" | "too-new" | "failed";

export function parseVersion(text: string): Version | undefined {
  const match = /^(\d+)\.(\d+)(?:\.(\d+))?(?:[-+].*)?$/.exec(text.trim());
  if (match === null) return undefined;
  return { major: Number(match[1]), minor: Number(match[2]), patch: Number(match[3] ?? 0) };
}

/** @source the app file contract, import procedure and version rules */
export function judgeVersion(text: string, current = CURRENT_DSL_VERSION): VersionVerdict {
  const imported = parseVersion(text);
  const ours = parseVersion(current)!;
  if (imported === undefined) return "failed";
  if (imported.major > ours.major) return "too-new";
  if (compareVersions(imported, ours) > 0 || imported.major < ours.major) return "pending";
  return imported.minor < ours.minor ? "completed-with-warnings" : "completed";
}

export function compareVersions(a: Version, b: Version): number {
  return a.major - b.major || a.minor - b.minor || a.patch - b.patch;
}
