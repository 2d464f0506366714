import { StringDecoder } from "node:string_decoder";

/** The longest line a stream may have; a server that never breaks a line must not fill our memory. */
const MAX_LINE_CHARACTERS = 10_000_000;

/**
 * The `data:` lines of a stream of server-sent events, in groups as they arrive. Everything else in such a stream
 * (comments, names, numbers) means nothing here.
 */
export async function* eventLines(body: AsyncIterable<Uint8Array>): AsyncGenerator<string[]> {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  for await (const chunk of body) {
    rest += decoder.write(chunk as Buffer);
    const last = rest.lastIndexOf("\n");
    if (last < 0) {
      if (rest.length > MAX_LINE_CHARACTERS) throw new SyntaxError("a line without an end");
      continue;
    }
    const lines = dataLines(rest.slice(0, last));
    rest = rest.slice(last + 1);
    if (lines.length > 0) yield lines;
  }
  const lines = dataLines(rest + decoder.end());
  if (lines.length > 0) yield lines;
}

function dataLines(text: string): string[] {
  const lines: string[] = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("data:")) lines.push(line.slice(5).trim());
  }
  return lines;
}
