import { customType } from "../drizzle.ts";
import { toInstant, toJson } from "../wire-values.ts";

/** Unix milliseconds in code, `timestamptz` in the database. */
export const instant = customType<{ data: number; driverData: string | number }>({
  dataType: () => "timestamp with time zone",
  toDriver: toInstant,
  // Reading is done by the connection's type parsers.
  fromDriver: (value) => value as number,
});

/** `json`, not `jsonb`: numbers keep their literal kind, keys their order, and NUL may stand in strings. */
export function json<T>(name?: string) {
  const column = customType<{ data: T; driverData: unknown }>({
    dataType: () => "json",
    toDriver: toJson,
    fromDriver: (value) => value as T,
  });
  return name === undefined ? column() : column(name);
}

/** A UUID whose branded type tells what it names. */
export function id<T extends string>(name?: string) {
  const column = customType<{ data: T; driverData: string }>({ dataType: () => "uuid" });
  return name === undefined ? column() : column(name);
}
