export type AppFileText = { name: string; content: string };

/** Far above any real app; a video dropped by mistake is refused before it is read. */
const largestFileBytes = 10 * 1024 * 1024;
let dropped: AppFileText | undefined;

/** Undefined for a file too large to be an app file. */
export async function readAppFile(file: File): Promise<AppFileText | undefined> {
  return file.size > largestFileBytes ? undefined : { name: file.name, content: await file.text() };
}

/** Hands a file that was dropped on the studio to the import page, once. */
export function handOver(file: AppFileText): void {
  dropped = file;
}

export function takeOver(): AppFileText | undefined {
  const file = dropped;
  dropped = undefined;
  return file;
}
