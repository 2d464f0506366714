import { createHash } from "node:crypto";
import type { RunId, WorkspaceScope } from "@diwan/kernel";
import { isLargerThan, isObject, parseOwnJson, stringifyJson, type Value } from "@diwan/workflow";
import type { FileStore } from "../files/file-store.ts";

/** Values above this lie in files; rows hold where. */
const INLINE_BYTES = 64 * 1024;

const MARK = "__diwan_value_in_file__";

type Values = Record<string, unknown>;

/**
 * Large values of runs in files of their workspace, by the hash of their content: a value that ten steps hand on lies there
 * once.
 */
export class ValueReferences {
  readonly #files: FileStore;

  constructor(files: FileStore) {
    this.#files = files;
  }

  /** The same values, those that are large replaced by where they lie now. */
  async putAway<Given extends Values>(scope: WorkspaceScope, runId: RunId, values: Given): Promise<Given> {
    if (!isLargerThan(values as Record<string, Value>, INLINE_BYTES)) return values;
    const kept: Values = {};
    for (const [name, value] of Object.entries(values)) {
      kept[name] = isLargerThan(value as Value, INLINE_BYTES) ? await this.#store(scope, runId, value as Value) : value;
    }
    return kept as Given;
  }

  /** The values as they were before `putAway`. */
  async fetch<Given extends Values>(scope: WorkspaceScope, runId: RunId, values: Given): Promise<Given> {
    let fetched: Values | undefined;
    for (const [name, value] of Object.entries(values)) {
      const key = keyIn(value, runId);
      if (key === undefined) continue;
      fetched ??= { ...values };
      fetched[name] = await this.#load(scope, key);
    }
    return (fetched ?? values) as Given;
  }

  async #store(scope: WorkspaceScope, runId: RunId, value: Value): Promise<Value> {
    const json = Buffer.from(stringifyJson(value));
    const key = `${folderOf(runId)}${createHash("sha256").update(json).digest("hex")}`;
    if ((await this.#files.head(scope, key)) === undefined) await this.#files.put(scope, key, json);
    return { [MARK]: key, bytes: json.byteLength };
  }

  async #load(scope: WorkspaceScope, key: string): Promise<Value> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of await this.#files.read(scope, key)) chunks.push(chunk);
    return parseOwnJson(Buffer.concat(chunks).toString("utf8"));
  }
}

function folderOf(runId: RunId): string {
  return `runs/${runId}/`;
}

/** A value that only looks like a reference, because somebody made it so, reaches nothing but the run's own values. */
function keyIn(value: unknown, runId: RunId): string | undefined {
  if (!isObject(value)) return undefined;
  const key = value[MARK];
  return typeof key === "string" &&
    /^[0-9a-f-]+\/[0-9a-f]{64}$/.test(key.slice("runs/".length)) &&
    key.startsWith(folderOf(runId))
    ? key
    : undefined;
}
