/** Reads one search parameter as text; an empty or foreign one is left out of the address. */
export function text<Key extends string>(search: Record<string, unknown>, key: Key): { [K in Key]?: string } {
  const value = search[key];
  const given = typeof value === "number" ? String(value) : value;
  return (typeof given === "string" && given !== "" ? { [key]: given } : {}) as { [K in Key]?: string };
}

export function oneOf<Key extends string, const Value extends string>(
  search: Record<string, unknown>,
  key: Key,
  values: readonly Value[],
): { [K in Key]?: Value } {
  const value = values.find((candidate) => candidate === search[key]);
  return (value === undefined ? {} : { [key]: value }) as { [K in Key]?: Value };
}
