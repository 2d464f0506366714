import { pipeline, type Readable } from "node:stream";
import zlib from "node:zlib";

/** More layers than anybody means; each could blow up what the one before it blew up. */
const MAX_ENCODINGS = 3;

const decoders: Record<string, (first: number) => NodeJS.ReadWriteStream> = {
  gzip: () => zlib.createGunzip(),
  "x-gzip": () => zlib.createGunzip(),
  // Some servers leave out the two bytes that the format begins with.
  deflate: (first) => ((first & 0x0f) === 8 ? zlib.createInflate() : zlib.createInflateRaw()),
  br: () => zlib.createBrotliDecompress(),
  zstd: () => zlib.createZstdDecompress(),
};

/**
 * Whether a body comes in encodings that are taken off here, in the order in which they were put on.
 *
 * @returns Undefined where there are none, or one among them is not known: the body is then passed on as it is.
 */
export function encodingsOf(header: string | undefined): string[] | undefined {
  const names = (header ?? "")
    .toLowerCase()
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "" && name !== "identity");
  return names.length > 0 && names.every((name) => name in decoders) ? names : undefined;
}

/** Decodes while it is read, so a body that would unfold without end costs no more than what was asked of it. */
export async function* decodeBody(source: Readable, encodings: readonly string[]): AsyncGenerator<Uint8Array> {
  if (encodings.length > MAX_ENCODINGS) throw new TypeError("too many encodings");
  const first = await firstByte(source);
  // An empty body is no damaged archive.
  if (first === undefined) return;
  const layers = encodings.toReversed().map((name, place) => decoders[name]!(place === 0 ? first : 8));
  yield* pipeline([source, ...layers], () => {}) as unknown as AsyncIterable<Uint8Array>;
}

async function firstByte(source: Readable): Promise<number | undefined> {
  for await (const chunk of source.iterator({ destroyOnReturn: false })) {
    if ((chunk as Buffer).length === 0) continue;
    source.unshift(chunk);
    return (chunk as Buffer)[0];
  }
  return undefined;
}
