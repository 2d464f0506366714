import { createHash, createHmac, randomBytes, randomUUID } from "node:crypto";

/** What a program's prelude may ask of the host: texts and numbers in, texts and numbers out. */
export type HostFunctions = Readonly<Record<string, (...values: HostValue[]) => HostValue>>;

export type HostValue = string | number | boolean | undefined;

const hashes = new Set(["md5", "sha1", "sha224", "sha256", "sha384", "sha512"]);

const MOST_RANDOM_BYTES = 65_536;

export type HostFunctionNeeds = {
  write(descriptor: 1 | 2, text: string): void;
  /** Ends the program. */
  exit(code: number): void;
};

export function hostFunctions({ write, exit }: HostFunctionNeeds): HostFunctions {
  return {
    write: (descriptor, text) => {
      write(descriptor === 2 ? 2 : 1, String(text));
      return undefined;
    },
    writeJson: (descriptor, json) => {
      write(descriptor === 2 ? 2 : 1, textOf(json));
      return undefined;
    },
    exit: (code) => {
      exit(Number(code) & 0xff);
      return undefined;
    },
    // In steps of a millisecond, as for Python.
    now: () => Math.floor(performance.now()),
    random: (count) => randomBytes(Math.min(Number(count), MOST_RANDOM_BYTES)).toString("hex"),
    uuid: () => randomUUID(),
    hasHash: (algorithm) => hashes.has(String(algorithm)),
    hash: (algorithm, hex, key, isKeyed) => {
      const name = String(algorithm);
      if (!hashes.has(name)) return "";
      const hash = isKeyed === true ? createHmac(name, Buffer.from(String(key), "hex")) : createHash(name);
      return hash.update(Buffer.from(String(hex), "hex")).digest("hex");
    },
    utf8ToHex: (text) => Buffer.from(String(text)).toString("hex"),
    jsonToHex: (json) => Buffer.from(textOf(json)).toString("hex"),
    hexToJson: (hex, isFatal) => {
      const bytes = Buffer.from(String(hex), "hex");
      return isFatal === true && !isUtf8(bytes) ? undefined : JSON.stringify(bytes.toString());
    },
    base64ToHex: (text) => Buffer.from(String(text), "base64").toString("hex"),
    hexToBase64: (hex, isForUrls) =>
      Buffer.from(String(hex), "hex").toString(isForUrls === true ? "base64url" : "base64"),
    parseUrl: (address, base) => {
      const url = URL.parse(String(address), base === "" ? undefined : String(base));
      return url === null ? "" : JSON.stringify(partsOf(url));
    },
    changeUrl: (address, part, value) => {
      const url = new URL(String(address));
      if (urlParts.has(String(part))) Reflect.set(url, String(part), String(value));
      return JSON.stringify(partsOf(url));
    },
    parseQuery: (text) => JSON.stringify([...new URLSearchParams(String(text))]),
    formatQuery: (pairs) => new URLSearchParams(JSON.parse(String(pairs)) as [string, string][]).toString(),
    format: (kind, value, locales, options) => format(String(kind), String(value), String(locales), String(options)),
  };
}

const urlParts = new Set([
  "href",
  "protocol",
  "username",
  "password",
  "host",
  "hostname",
  "port",
  "pathname",
  "search",
  "hash",
]);

function partsOf(url: URL): Record<string, string> {
  const { href, origin, protocol, username, password, host, hostname, port, pathname, search, hash } = url;
  return { href, origin, protocol, username, password, host, hostname, port, pathname, search, hash };
}

function textOf(json: HostValue): string {
  return String(JSON.parse(String(json)));
}

function isUtf8(bytes: Buffer): boolean {
  return Buffer.compare(Buffer.from(bytes.toString()), bytes) === 0;
}

/** Numbers and dates as V8 writes them, of which QuickJS knows no languages. */
function format(kind: string, value: string, locales: string, options: string): string {
  const language = (JSON.parse(locales) ?? undefined) as string | string[] | undefined;
  const given = (JSON.parse(options) ?? {}) as Intl.DateTimeFormatOptions & Intl.NumberFormatOptions;
  if (kind === "number") {
    const number = /^-?\d{16,}$/.test(value) ? BigInt(value) : Number(value);
    return new Intl.NumberFormat(language, given).format(number);
  }
  const date = new Date(Number(value));
  if (kind === "time") return date.toLocaleTimeString(language, given);
  if (kind === "date-and-time") return date.toLocaleString(language, given);
  return date.toLocaleDateString(language, given);
}
