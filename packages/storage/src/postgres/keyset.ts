import type { SQL } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";
import { readCursor } from "../page-cursor.ts";
import { sql } from "./drizzle.ts";
import { toInstant } from "./wire-values.ts";

/** Rows after the cursor in a list sorted by `at desc, id desc`; undefined without a cursor. */
export function after(cursor: string | undefined, at: PgColumn, id: PgColumn): SQL | undefined {
  if (cursor === undefined) return undefined;
  const place = readCursor(cursor);
  return sql`(${at}, ${id}) < (${toInstant(place.at)}::timestamptz, ${place.id}::uuid)`;
}
