/** An object of an app file. Such files are written by people and other hosts: nothing in them is sure. */
export type JsonRecord = Record<string, unknown>;

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function recordAt(value: JsonRecord, key: string): JsonRecord {
  const found = value[key];
  return isRecord(found) ? found : {};
}

export function recordsAt(value: JsonRecord, key: string): JsonRecord[] {
  const found = value[key];
  return Array.isArray(found) ? found.filter(isRecord) : [];
}

/** "" for anything that is no text or number. */
export function stringAt(value: JsonRecord, key: string): string {
  const found = value[key];
  return typeof found === "string" ? found : typeof found === "number" ? String(found) : "";
}

export function numberAt(value: JsonRecord, key: string): number | null {
  const found = value[key];
  return typeof found === "number" && Number.isFinite(found) ? found : null;
}

export function textsAt(value: JsonRecord, key: string): string[] {
  const found = value[key];
  return Array.isArray(found) ? found.filter((item): item is string => typeof item === "string") : [];
}

/** A variable selector, `[step, name, …]`; [] where there is none. */
export function selectorAt(value: JsonRecord, key: string): string[] {
  return asSelector(value[key]);
}

export function asSelector(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((part): part is string => typeof part === "string") : [];
}
