import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ModelErrors } from "./errors.ts";
import type { ModelPart, ModelPort, ModelRequest } from "./ports.ts";

type Recorded = { request: ModelRequest; parts: ModelPart[] };

/** Passes calls on and keeps each with its answer, a file for each request. */
export function createRecorder(port: ModelPort, folder: string): ModelPort {
  mkdirSync(folder, { recursive: true });
  return {
    async *stream(scope, request, call) {
      const parts: ModelPart[] = [];
      for await (const part of port.stream(scope, request, call)) {
        parts.push(part);
        yield part;
      }
      const recorded: Recorded = { request, parts };
      writeFileSync(join(folder, fileOf(request)), `${JSON.stringify(recorded, null, 2)}\n`);
    },
  };
}

/**
 * Answers from a recording, without any network.
 *
 * @throws model.not-recorded (author) naming the first field that differs from the nearest recorded request.
 */
export function createReplayer(folder: string): ModelPort {
  return {
    async *stream(_scope, request) {
      const file = join(folder, fileOf(request));
      if (!existsSync(file)) throw ModelErrors["not-recorded"]({ difference: firstDifference(folder, request) });
      yield* (JSON.parse(readFileSync(file, "utf8")) as Recorded).parts;
    },
  };
}

/** Two requests with the same content have the same name, whatever the order of their keys. */
function fileOf(request: ModelRequest): string {
  return `${createHash("sha256").update(canonical(request)).digest("hex").slice(0, 32)}.json`;
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "object" &&
    inner !== null &&
    !Array.isArray(inner) &&
    Object.getPrototypeOf(inner) === Object.prototype
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

function firstDifference(folder: string, request: ModelRequest): string {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
  const recorded = names.map((name) => (JSON.parse(readFileSync(join(folder, name), "utf8")) as Recorded).request);
  const differences = recorded.map((one) =>
    fields.filter((field) => canonical(one[field]) !== canonical(request[field])),
  );
  const nearest = differences.sort((a, b) => a.length - b.length)[0];
  return nearest === undefined ? "the folder holds no recording" : `"${nearest[0]}" is not as it was recorded`;
}

const fields = ["provider", "model", "mode", "parameters", "stop", "messages", "responseSchema", "tools"] as const;
