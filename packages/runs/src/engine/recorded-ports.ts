import { createHash } from "node:crypto";
import type { RecordedCall } from "@diwan/contracts";
import type { HttpRequest, HttpResponse } from "@diwan/egress";
import type { ModelPart, ModelRequest } from "@diwan/models";
import type { NodePorts } from "@diwan/nodes";
import { type FileValue, stringifyJson, type Value } from "@diwan/workflow";
import { RunErrors } from "../errors.ts";
import type { StepCall } from "./attempt.ts";

type ModelAnswer = { parts: ModelPart[] };
type HttpAnswer = { status: number; headers: [string, string][]; url: string; body: string };
type FileAnswer = { bytes: string };

/** Ports that keep with the step what was answered from outside. A call that fails is kept by the step's failure. */
export function recordingPorts(ports: NodePorts, step: StepCall): NodePorts {
  const keep = (port: string, request: string, answer: unknown) => step.record({ port, request, answer });
  return {
    ...ports,
    models: {
      ...ports.models,
      async *stream(request, call) {
        const parts: ModelPart[] = [];
        for await (const part of ports.models.stream(request, call)) {
          addPart(parts, part);
          yield part;
        }
        keep("model", modelKey(request), { parts } satisfies ModelAnswer);
      },
    },
    http: {
      async send(request) {
        const response = await ports.http.send(request);
        const body = recordedBody(response, (bytes) => {
          const { status, url } = response;
          const headers = response.headers.map(([name, value]): [string, string] => [name, value]);
          keep("http", httpKey(request), { status, headers, url, body: bytes } satisfies HttpAnswer);
        });
        return { ...response, body };
      },
    },
    files: {
      ...ports.files,
      async read(file, options) {
        const bytes = await ports.files.read(file, options);
        if (liesElsewhere(file)) keep("file", fileKey(file), { bytes: base64(bytes) } satisfies FileAnswer);
        return bytes;
      },
    },
  };
}

/**
 * Ports that answer what was recorded, and reach nothing.
 *
 * @param calls  Of the same attempt at the same step in the recorded run.
 * @throws model.not-recorded (author) from a call that nobody recorded.
 */
export function replayingPorts(ports: NodePorts, calls: readonly RecordedCall[], step: StepCall): NodePorts {
  const left = [...calls];
  const take = <Answer>(port: string, request: string): Answer => {
    const place = left.findIndex((call) => call.port === port && call.request === request);
    if (place < 0) throw RunErrors["not-recorded"]({ port, nodeId: step.nodeId });
    const [call] = left.splice(place, 1);
    step.record(call!);
    return call!.answer as Answer;
  };
  return {
    ...ports,
    models: {
      ...ports.models,
      async *stream(request) {
        yield* take<ModelAnswer>("model", modelKey(request)).parts;
      },
    },
    http: {
      async send(request) {
        const { status, headers, url, body } = take<HttpAnswer>("http", httpKey(request));
        return { status, headers, url, body: once(Buffer.from(body, "base64")) };
      },
    },
    files: {
      ...ports.files,
      async read(file, options) {
        if (!liesElsewhere(file)) return ports.files.read(file, options);
        return Buffer.from(take<FileAnswer>("file", fileKey(file)).bytes, "base64");
      },
    },
  };
}

/** Text that follows text is one part: how an answer was cut into pieces is nothing to keep. */
function addPart(parts: ModelPart[], part: ModelPart): void {
  const last = parts.at(-1);
  const isText = part.type === "text-delta" || part.type === "reasoning-delta";
  if (isText && last?.type === part.type) last.text += part.text;
  else parts.push({ ...part });
}

async function* recordedBody({ body }: HttpResponse, done: (base64: string) => void): AsyncIterable<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) {
    chunks.push(chunk);
    yield chunk;
  }
  done(Buffer.concat(chunks).toString("base64"));
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

function liesElsewhere({ transfer_method }: FileValue): boolean {
  return transfer_method === "remote_url";
}

function modelKey(request: ModelRequest): string {
  return keyOf(stringifyJson(request as unknown as Value));
}

/** Ids of attempts and boundaries of parts differ between runs that ask the same. */
function httpKey({ method, url, body }: HttpRequest): string {
  return keyOf(`${method} ${url} ${body === undefined ? "" : body.byteLength}`);
}

function fileKey(file: FileValue): string {
  return keyOf(String(file.remote_url ?? file.url));
}

function keyOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
