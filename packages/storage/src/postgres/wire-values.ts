import { parseOwnJson, stringifyJson, type Value } from "@diwan/workflow";
import pg from "pg";

const oid = { bool: 16, int8: 20, int2: 21, int4: 23, json: 114, float4: 700, float8: 701, timestamptz: 1184 } as const;

const parsers: Record<number, (text: string) => unknown> = {
  [oid.bool]: (text) => text === "t",
  [oid.int2]: Number,
  [oid.int4]: Number,
  // Counts and sizes of ours; none comes near 2^53.
  [oid.int8]: Number,
  [oid.float4]: Number,
  [oid.float8]: Number,
  // Postgres keeps the text of `json` as it is, so numbers keep their literal kind and keys their order.
  [oid.json]: parseOwnJson,
  [oid.timestamptz]: parseInstant,
};

/** Types for `pg`, of our own statements only: other users of `pg` in the process keep its defaults. */
export const wireTypes: pg.CustomTypesConfig = {
  getTypeParser: (type: number, format?: "text" | "binary") =>
    parsers[type] ?? pg.types.getTypeParser(type, format as "text"),
};

/** Text for a `json` column. NUL and lone surrogates are escapes in there, which `json` keeps. */
export function toJson(value: unknown): string {
  return stringifyJson(value as Value);
}

/** Unix milliseconds of `2026-01-31 12:00:00.123+00`, in whatever zone the session prints. */
function parseInstant(text: string): number {
  const zoned = /[+-]\d\d$/.test(text) ? `${text}:00` : text;
  return Date.parse(zoned.replace(" ", "T"));
}

/** Text of Unix milliseconds for a `timestamptz`. */
export function toInstant(unixMs: number): string {
  return new Date(unixMs).toISOString();
}

/** Postgres refuses NUL in text. It has no meaning in what people write, so it is shown as what could not be shown. */
export function withoutNul(value: unknown): unknown {
  return typeof value === "string" && value.includes("\0") ? value.replaceAll("\0", "\uFFFD") : value;
}
