import { isFile, type Value } from "../values/index.ts";

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

/**
 * The values of a run by `[node id][name]`. Missing and present with null are different: several nodes fail on the one
 * and accept the other.
 */
export class VariablePool {
  readonly #nodes = new Map<string, Map<string, Value>>();
  readonly #secrets = new Set<string>();

  /** The value, or undefined where nothing is stored under the selector. There is no indexing of arrays. */
  get(selector: Selector): Value | undefined {
    const [nodeId, name] = selector;
    if (nodeId === undefined || name === undefined) return undefined;
    const value = this.#nodes.get(nodeId)?.get(name);
    return selector.length === 2 || value === undefined ? value : readInside(value, selector);
  }

  set(nodeId: string, name: string, value: Value): void {
    let node = this.#nodes.get(nodeId);
    if (node === undefined) {
      node = new Map();
      this.#nodes.set(nodeId, node);
    }
    node.set(name, value);
  }

  setAll(nodeId: string, values: Readonly<Record<string, Value>>): void {
    for (const name of Object.keys(values)) this.set(nodeId, name, values[name]!);
  }

  /** Stores a value that must not be shown: usable in templates, left out wherever values are listed. */
  setSecret(nodeId: string, name: string, value: Value): void {
    this.set(nodeId, name, value);
    this.#secrets.add(`${nodeId}.${name}`);
  }

  isSecret([nodeId, name]: Selector): boolean {
    return this.#secrets.has(`${nodeId}.${name}`);
  }

  /** Everything in it, by node and in the order of writing. */
  *entries(): IterableIterator<[nodeId: string, name: string, value: Value]> {
    for (const [nodeId, values] of this.#nodes) for (const [name, value] of values) yield [nodeId, name, value];
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
