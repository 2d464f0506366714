import { connect } from "node:net";

export type RawAnswer = {
  status: number;
  /** Names in lower case; of several the last. */
  headers: Record<string, string>;
  body: string;
};

/** For an answer that does not come. */
const LONGEST_MS = 4_000;

/**
 * Writes these very bytes to a port of this machine and reads until the other side closes, or, for a tunnel that was opened,
 * until the head is there.
 */
export function rawExchange(port: number, text: string): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, allowHalfOpen: true });
    let received = "";
    const settle = () => {
      clearTimeout(timer);
      socket.destroy();
      if (received === "") reject(new Error(`no answer to ${text.split("\r\n")[0]}`));
      else resolve(parse(received));
    };
    const timer = setTimeout(settle, LONGEST_MS);
    socket.setEncoding("latin1");
    socket.on("data", (part: string) => {
      received += part;
      const opened = text.startsWith("CONNECT ") && /^HTTP\/1\.[01] 200 [\s\S]*\r\n\r\n/.test(received);
      if (opened) settle();
    });
    socket.on("end", settle).on("error", settle);
    socket.write(Buffer.from(text, "latin1"));
  });
}

function parse(text: string): RawAnswer {
  const [head = "", ...body] = text.split("\r\n\r\n");
  const [first = "", ...lines] = head.split("\r\n");
  const headers = lines.map((line) => [line.split(":")[0]!.toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]);
  return { status: Number(first.split(" ")[1]), headers: Object.fromEntries(headers), body: body.join("\r\n\r\n") };
}
