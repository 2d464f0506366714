import { isObject, parseJson, stringifyJson, type Value } from "@diwan/workflow";
import { Ajv } from "ajv";

const ajv = new Ajv({ strict: false, allErrors: false });

/**
 * Prepares a JSON Schema (Draft 7), given as an object or as JSON text.
 *
 * @returns A function that says what is wrong with a value, undefined for one that fits.
 * @throws Error saying why the schema is not usable.
 */
export function compileJsonSchema(schema: Value): (value: Value) => string | undefined {
  const parsed = typeof schema === "string" ? parseJson(schema) : schema;
  if (!isObject(parsed)) throw new Error("it must be an object");
  const { $id: _, ...anonymous } = plain(parsed) as Record<string, unknown>;
  const validate = ajv.compile(anonymous);
  return (value) => {
    if (validate(plain(value))) return undefined;
    const first = validate.errors?.[0];
    return `${first?.instancePath === "" ? "the value" : first?.instancePath} ${first?.message ?? "is wrong"}`;
  };
}

/** Without our own carriers for numbers: a validator knows only JavaScript's. */
function plain(value: Value): unknown {
  return JSON.parse(stringifyJson(value));
}
