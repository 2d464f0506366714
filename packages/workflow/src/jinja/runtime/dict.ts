import { Float } from "../../values/index.ts";
import { typeError, unsupported } from "../errors.ts";
import { Markup, type Py, PyObject, Tuple, Undefined } from "./data.ts";

/** A Python dict: keeps the order of insertion, and 1, 1.0 and True are the same key. */
export class Dict {
  private readonly entriesByKey = new Map<unknown, { key: Py; value: Py }>();

  static of(entries: Iterable<[Py, Py]>): Dict {
    const dict = new Dict();
    for (const [key, value] of entries) dict.set(key, value);
    return dict;
  }

  get size(): number {
    return this.entriesByKey.size;
  }

  get(key: Py): Py | undefined {
    return this.entriesByKey.get(hashOf(key))?.value;
  }

  has(key: Py): boolean {
    return this.entriesByKey.has(hashOf(key));
  }

  /** The first spelling of a key stays, as in Python. */
  set(key: Py, value: Py): void {
    const hash = hashOf(key);
    const entry = this.entriesByKey.get(hash);
    if (entry === undefined) this.entriesByKey.set(hash, { key, value });
    else entry.value = value;
  }

  delete(key: Py): void {
    this.entriesByKey.delete(hashOf(key));
  }

  clear(): void {
    this.entriesByKey.clear();
  }

  *keys(): Generator<Py, undefined> {
    for (const entry of this.entriesByKey.values()) yield entry.key;
  }

  *values(): Generator<Py, undefined> {
    for (const entry of this.entriesByKey.values()) yield entry.value;
  }

  *entries(): Generator<[Py, Py], undefined> {
    for (const entry of this.entriesByKey.values()) yield [entry.key, entry.value];
  }
}

const unhashable = new Set(["dict_keys", "dict_items"]);
/** Two of them can be the same key. */
const equalByContent = new Set(["range"]);

const undefinedHash = Symbol("undefined");

/** Equal for keys that Python holds equal. */
export function hashOf(key: Py): unknown {
  if (typeof key === "string") return key;
  if (typeof key === "number" || typeof key === "bigint" || key === null) return key;
  if (typeof key === "boolean") return Number(key);
  if (key instanceof Float) return Number.isSafeInteger(key.value) ? key.value : BigInt(key.value);
  if (key instanceof Markup) return key.text;
  if (key instanceof Undefined) return undefinedHash;
  if (key instanceof PyObject) {
    if (equalByContent.has(key.typeName)) throw unsupported(`A ${key.typeName} as the key of a dictionary`);
    if (unhashable.has(key.typeName)) throw typeError(`A ${key.typeName} cannot be a key of a dictionary.`);
    return key;
  }
  if (key instanceof Tuple) throw unsupported("A tuple as the key of a dictionary or in a set");
  throw typeError(`A ${key instanceof Dict ? "dict" : "list"} cannot be a key of a dictionary.`);
}
