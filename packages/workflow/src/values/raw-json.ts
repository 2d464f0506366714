// The library types do not know `JSON.rawJSON` yet; Safari before 18.4 and Firefox before 135 do not have it.
const make = (JSON as { rawJSON?: (text: string) => object }).rawJSON;

/** A stand-in that `JSON.stringify` writes as exactly this literal; `fallback` where the engine has no such thing. */
export function rawJson(literal: string, fallback: unknown): unknown {
  return make === undefined ? fallback : make(literal);
}
