import { isUuid, RequestErrors } from "@diwan/kernel";

/** The place of a row in a list that is sorted by time and id, newest first. */
export type PageCursor = { at: number; id: string };

export function writeCursor({ at, id }: PageCursor): string {
  return Buffer.from(`${at}.${id}`).toString("base64url");
}

/** @throws request.invalid (caller) for anything that `writeCursor` did not make. */
export function readCursor(text: string): PageCursor {
  const [at, id] = Buffer.from(text, "base64url").toString().split(".");
  if (at === undefined || id === undefined || !/^\d{1,15}$/.test(at) || !isUuid(id)) {
    throw RequestErrors.invalid({ what: "This cursor is not one that a list gave." });
  }
  return { at: Number(at), id };
}

/**
 * Cuts the row that was read beyond the page.
 *
 * @param rows  At most `limit + 1` rows.
 */
export function cutPage<Row>(
  rows: Row[],
  limit: number,
  placeOf: (row: Row) => PageCursor,
): { page: Row[]; nextCursor: string | null } {
  if (rows.length <= limit) return { page: rows, nextCursor: null };
  const page = rows.slice(0, limit);
  return { page, nextCursor: writeCursor(placeOf(page.at(-1)!)) };
}
