/** A body in JSON whose type says exactly that is read strictly, and refused with another status than all others. */
export type Fields =
  | { ok: true; values: Readonly<Record<string, unknown>> }
  | { ok: false; isStrict: boolean; message: string };

/**
 * The fields of a request, by the rules of its content type.
 *
 * @source sandbox, 1.3
 */
export function readFields(contentType: string | undefined, body: Buffer, query: URLSearchParams): Fields {
  const isStrict = contentType === "application/json";
  const mediaType = contentType?.split(";")[0]?.trim().toLowerCase();
  if (mediaType === "application/json") {
    const value = parseJson(body);
    if (!isObject(value)) return { ok: false, isStrict, message: "The body is no JSON object." };
    return { ok: true, values: value };
  }
  const form = mediaType === "application/x-www-form-urlencoded" ? new URLSearchParams(body.toString()) : [];
  return { ok: true, values: Object.fromEntries([...query, ...form]) };
}

/** A text that has to be there. */
export function textField(values: Readonly<Record<string, unknown>>, name: string): string | Error {
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (value === undefined || value === null || value === "") {
    return new Error(`Field validation for '${capital(name)}' failed on the 'required' rule`);
  }
  return typeof value === "string" ? value : new Error(`Field '${name}' must be a string`);
}

/** True or false, also as forms spell it; false where it is missing. */
export function booleanField(values: Readonly<Record<string, unknown>>, name: string): boolean | Error {
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (value === undefined || value === null || value === "") return false;
  if (typeof value === "boolean") return value;
  return new Error(`Field '${name}' must be true or false`);
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
