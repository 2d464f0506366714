import { isFile, typeOf, type Value, type ValueType } from "../values/index.ts";

/** `[node id, output name, …]`; the first part may also be `sys`, `env` or `conversation`. */
export type Selector = readonly string[];

/** File attributes by the name that selectors use. */
const fileAttributes: Record<string, string> = {
  type: "type",
  size: "size",
  name: "filename",
  mime_type: "mime_type",
  transfer_method: "transfer_method",
  url: "url",
  extension: "extension",
  related_id: "related_id",
};

type NodeValues = { owner: object; values: Map<string, Value> };

/**
 * The values of a run by `[node id][name]`. Missing and present with null are different: several nodes fail on the one
 * and accept the other. Values themselves never change; a new one takes the place of the old.
 */
export class VariablePool {
  readonly #nodes: Map<string, NodeValues>;
  readonly #secrets: Set<string>;
  readonly #types: Map<string, ValueType>;
  /** Who may change the maps in `#nodes`; those of another owner are copied first. */
  #owner = {};

  constructor(of?: { nodes: Map<string, NodeValues>; secrets: Set<string>; types: Map<string, ValueType> }) {
    this.#nodes = of?.nodes ?? new Map();
    this.#secrets = of?.secrets ?? new Set();
    this.#types = of?.types ?? new Map();
  }

  /** The value, or undefined where nothing is stored under the selector. There is no indexing of arrays. */
  get(selector: Selector): Value | undefined {
    const [nodeId, name] = selector;
    if (nodeId === undefined || name === undefined) return undefined;
    const value = this.#nodes.get(nodeId)?.values.get(name);
    return selector.length === 2 || value === undefined ? value : readInside(value, selector);
  }

  set(nodeId: string, name: string, value: Value): void {
    this.#valuesOf(nodeId).set(name, value);
  }

  setAll(nodeId: string, values: Readonly<Record<string, Value>>): void {
    const names = Object.keys(values);
    if (names.length === 0) return;
    const own = this.#valuesOf(nodeId);
    for (const name of names) own.set(name, values[name]!);
  }

  /** Forgets what a node gave. */
  remove(nodeId: string): void {
    this.#nodes.delete(nodeId);
  }

  /** Stores a value that must not be shown: usable in templates, left out wherever values are listed. */
  setSecret(nodeId: string, name: string, value: Value): void {
    this.set(nodeId, name, value);
    this.#secrets.add(`${nodeId}.${name}`);
  }

  isSecret([nodeId, name]: Selector): boolean {
    return this.#secrets.has(`${nodeId}.${name}`);
  }

  /** The values that must not be shown, for whoever masks them. */
  secretValues(): Value[] {
    return [...this.#secrets].flatMap((key) => this.get(key.split(".")) ?? []);
  }

  /** Says which type a variable has, whatever it holds: what assigners hold new values against. */
  declare(nodeId: string, name: string, type: ValueType): void {
    this.#types.set(`${nodeId}.${name}`, type);
  }

  /** The declared type, else the one that the value shows; undefined where there is no value. */
  typeOf(selector: Selector): ValueType | undefined {
    const declared = selector.length === 2 ? this.#types.get(`${selector[0]}.${selector[1]}`) : undefined;
    if (declared !== undefined) return declared;
    const value = this.get(selector);
    return value === undefined ? undefined : typeOf(value);
  }

  /** Everything in it, by node and in the order of writing. */
  *entries(): IterableIterator<[nodeId: string, name: string, value: Value]> {
    for (const [nodeId, { values }] of this.#nodes) for (const [name, value] of values) yield [nodeId, name, value];
  }

  /** The same values, from now on apart: what is written to the one is not seen in the other. */
  snapshot(): VariablePool {
    this.#owner = {};
    return new VariablePool({ nodes: new Map(this.#nodes), secrets: this.#secrets, types: new Map(this.#types) });
  }

  #valuesOf(nodeId: string): Map<string, Value> {
    const known = this.#nodes.get(nodeId);
    if (known !== undefined && known.owner === this.#owner) return known.values;
    const own = { owner: this.#owner, values: new Map(known?.values) };
    this.#nodes.set(nodeId, own);
    return own.values;
  }
}

function readInside(value: Value, selector: Selector): Value | undefined {
  if (isFile(value)) {
    const attribute = fileAttributes[selector[2]!];
    return attribute === undefined ? undefined : (value[attribute as keyof typeof value] as Value | undefined);
  }
  let inner: Value | undefined = value;
  for (const key of selector.slice(2)) {
    if (inner === null || typeof inner !== "object" || Array.isArray(inner) || !Object.hasOwn(inner, key)) {
      return undefined;
    }
    inner = (inner as Record<string, Value>)[key];
  }
  return inner;
}
