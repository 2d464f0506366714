import { isObject, parseJson, stringifyJson, type Value } from "@diwan/workflow";
import { Ajv } from "ajv";
import { PatternTooSlow, timedPattern } from "./timed-pattern.ts";

/** A validator keeps every schema it was ever given, so now and then it makes room for a new one. */
const SCHEMAS_PER_VALIDATOR = 200;
let ajv: Ajv | undefined;
let schemasGiven = 0;

function validator(): Ajv {
  if (schemasGiven % SCHEMAS_PER_VALIDATOR === 0)
    ajv = new Ajv({ strict: false, allErrors: false, code: { regExp: timedPattern } });
  schemasGiven += 1;
  return ajv!;
}

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
  const validate = validator().compile(anonymous);
  return (value) => {
    try {
      if (validate(plain(value))) return undefined;
    } catch (error) {
      if (!(error instanceof PatternTooSlow)) throw error;
      return error.message;
    }
    const first = validate.errors?.[0];
    return `${first?.instancePath === "" ? "the value" : first?.instancePath} ${first?.message ?? "is wrong"}`;
  };
}

/** Without our own carriers for numbers: a validator knows only JavaScript's. */
function plain(value: Value): unknown {
  return JSON.parse(stringifyJson(value));
}
