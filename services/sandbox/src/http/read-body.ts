import type { IncomingMessage } from "node:http";

export class BodyProblem extends Error {
  readonly kind: "too-large" | "too-slow" | "cut";

  constructor(kind: "too-large" | "too-slow" | "cut") {
    super(`The body is ${kind}.`);
    this.kind = kind;
  }
}

/** @throws BodyProblem beyond the limits; the rest of the body is not read then. */
export async function readBody(
  request: IncomingMessage,
  { maxBytes, withinMs }: { maxBytes: number; withinMs: number },
): Promise<Buffer> {
  if (Number(request.headers["content-length"]) > maxBytes) throw new BodyProblem("too-large");
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let bytes = 0;
  const timer = setTimeout(() => reject(new BodyProblem("too-slow")), withinMs);
  const cut = () => reject(new BodyProblem("cut"));
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    chunks.push(chunk);
    if (bytes > maxBytes) reject(new BodyProblem("too-large"));
  });
  request.once("end", () => resolve(Buffer.concat(chunks)));
  request.once("error", cut);
  request.once("close", cut);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    request.removeAllListeners("data");
  }
}
