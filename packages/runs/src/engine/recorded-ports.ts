import { createHash } from "node:crypto";
import type { RecordedCall } from "@diwan/contracts";
import type { HttpRequest, HttpResponse } from "@diwan/egress";
import type { ModelPart, ModelRequest } from "@diwan/models";
import type { CodeProgram, CodeResult, NodePorts } from "@diwan/nodes";
import { type FileValue, stringifyJson, type Value } from "@diwan/workflow";
import { RunErrors } from "../errors.ts";
import type { ConversationTurn } from "../ports.ts";
import type { StepCall } from "./attempt.ts";

type ModelAnswer = { parts: ModelPart[] };
type HttpAnswer = { status: number; headers: [string, string][]; url: string; body: string };
type FileAnswer = { bytes: string };
type HistoryAnswer = { turns: ConversationTurn[] };

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
    conversation: {
      async history(limit) {
        const turns = await ports.conversation.history(limit);
        keep("history", historyKey(limit), { turns } satisfies HistoryAnswer);
        return turns;
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
    code: {
      async run(program, signal) {
        const result = await ports.code.run(program, signal);
        keep("code", codeKey(program), result satisfies CodeResult);
        return result;
      },
    },
  };
}

/**
 * Ports that answer what was recorded, and reach nothing.
 *
 * @param calls  Of the same attempt at the same step in the recorded run.
 * @throws run.not-recorded (author) from a call that nobody recorded.
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
    conversation: {
      async history(limit) {
        return take<HistoryAnswer>("history", historyKey(limit)).turns;
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
    code: {
      async run(program) {
        return take<CodeResult>("code", codeKey(program));
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

/**
 * The same body; `done` is told what was read of it once that is all there is, or all that is wanted: a step may leave after
 * a look at the status. One that is left in the middle was cut short, and is no answer to give again.
 */
function recordedBody({ body }: HttpResponse, done: (base64: string) => void): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = body[Symbol.asyncIterator]();
      const chunks: Uint8Array[] = [];
      let isDone = false;
      const finish = () => {
        if (!isDone) done(Buffer.concat(chunks).toString("base64"));
        isDone = true;
      };
      return {
        async next() {
          const result = await iterator.next();
          if (result.done === true) finish();
          else chunks.push(result.value);
          return result;
        },
        async return(value?: unknown) {
          await iterator.return?.();
          if (chunks.length === 0) finish();
          return { done: true, value };
        },
      };
    },
  };
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

/**
 * All of the body counts: it is bytes in memory by the time it is sent, at most 26 MiB, and the same for a repeated request,
 * boundaries of parts included. Headers do not: they carry credentials, which are renewed, and the attempt's id, which is
 * another one where a retry took the step from an earlier run.
 */
function httpKey({ method, url, body }: HttpRequest): string {
  const content = body === undefined ? "" : createHash("sha256").update(body).digest("base64url");
  return keyOf(`${method} ${url} ${content}`);
}

/** A program holds its inputs. Where it runs and for how long changes nothing about what was asked. */
function codeKey({ language, code }: CodeProgram): string {
  return keyOf(`${language} ${code}`);
}

function historyKey(limit: number): string {
  return keyOf(String(limit));
}

function fileKey(file: FileValue): string {
  return keyOf(String(file.remote_url ?? file.url));
}

function keyOf(text: string): string {
  return createHash("sha256").update(text).digest("base64url");
}
