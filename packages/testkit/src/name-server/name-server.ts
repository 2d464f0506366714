import { createSocket } from "node:dgram";

/** What a name leads to. Of several answers each question takes the next, and the last one stays. */
export type Names = Record<string, string[] | { answers: string[][] }>;

export type NameServer = AsyncDisposable & {
  /** `ADDRESS:PORT` */
  address: string;
  /** Names asked for so far, in lower case, one entry a question. */
  asked: string[];
};

/** A name server of real packets over UDP. What it does not know does not exist; no answer may be kept. */
export async function startNameServer(names: Names, place = { host: "127.0.0.1", port: 0 }): Promise<NameServer> {
  const asked: string[] = [];
  const turns = new Map<string, number>();
  const socket = createSocket("udp4");
  socket.on("message", (question, { address, port }) => {
    const { name, type, end } = readQuestion(question);
    asked.push(name);
    const turnOf = `${name} ${type}`;
    const turn = turns.get(turnOf) ?? 0;
    turns.set(turnOf, turn + 1);
    const entry = Object.hasOwn(names, name) ? names[name] : undefined;
    const answers = entry === undefined ? undefined : Array.isArray(entry) ? [entry] : entry.answers;
    const addresses = answers?.[Math.min(turn, answers.length - 1)];
    socket.send(answer(question.subarray(0, end), type, addresses), port, address);
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(place.port, place.host, resolve);
  });
  return {
    address: `${place.host}:${socket.address().port}`,
    asked,
    async [Symbol.asyncDispose]() {
      await new Promise<void>((done) => socket.close(done));
    },
  };
}

const A = 1;
const AAAA = 28;
const HEADER = 12;

/** @source RFC 1035, section 4.1: `end` is where the one question ends. */
function readQuestion(packet: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = HEADER;
  for (let length = packet[at]!; length > 0; length = packet[at]!) {
    labels.push(packet.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join(".").toLowerCase(), type: packet.readUInt16BE(at + 1), end: at + 5 };
}

/** @param addresses  Undefined for a name that does not exist. */
function answer(question: Buffer, type: number, addresses: readonly string[] | undefined): Buffer {
  const records = (addresses ?? [])
    .filter((address) => address.includes(":") === (type === AAAA) && (type === A || type === AAAA))
    .map((address) => record(type, bytesOf(address)));
  const header = Buffer.from(question.subarray(0, HEADER));
  // An answer, recursion available; 3 says that there is no such name.
  header.writeUInt16BE(0x8180 | (addresses === undefined ? 3 : 0), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  header.writeUInt32BE(0, 8);
  return Buffer.concat([header, question.subarray(HEADER), ...records]);
}

function record(type: number, data: Buffer): Buffer {
  const head = Buffer.alloc(12);
  // The name is the question's, by reference; class IN, no time to live.
  head.writeUInt16BE(0xc000 | HEADER, 0);
  head.writeUInt16BE(type, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(data.length, 10);
  return Buffer.concat([head, data]);
}

function bytesOf(address: string): Buffer {
  if (!address.includes(":")) return Buffer.from(address.split(".").map(Number));
  const [head = "", tail] = address.split("::");
  const groups = (text: string) => (text === "" ? [] : text.split(":"));
  const [left, right] = [groups(head), groups(tail ?? "")];
  const all = tail === undefined ? left : [...left, ...Array(8 - left.length - right.length).fill("0"), ...right];
  return Buffer.from(all.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]));
}
