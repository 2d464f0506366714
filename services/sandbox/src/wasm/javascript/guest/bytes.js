const { hexToUtf8, utf8ToHex } = require("./text");

class TextEncoder {
  get encoding() {
    return "utf-8";
  }
  encode(text = "") {
    return fromHex(utf8ToHex(String(text)));
  }
  encodeInto(text, into) {
    const bytes = this.encode(text).subarray(0, into.length);
    into.set(bytes);
    return { read: text.length, written: bytes.length };
  }
}

class TextDecoder {
  #fatal;
  #keepsMark;
  constructor(label = "utf-8", { fatal = false, ignoreBOM = false } = {}) {
    const name = String(label).trim().toLowerCase();
    if (!["utf-8", "utf8", "unicode-1-1-utf-8"].includes(name)) {
      throw new RangeError(`The "${label}" encoding is not supported`);
    }
    this.#fatal = fatal;
    this.#keepsMark = ignoreBOM;
  }
  get encoding() {
    return "utf-8";
  }
  get fatal() {
    return this.#fatal;
  }
  get ignoreBOM() {
    return this.#keepsMark;
  }
  decode(bytes = new Uint8Array()) {
    const text = hexToUtf8(toHex(asBytes(bytes)), this.#fatal);
    if (text === undefined) throw new TypeError("The encoded data was not valid for encoding utf-8");
    return !this.#keepsMark && text.startsWith("\ufeff") ? text.slice(1) : text;
  }
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function toHex(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 1) text += HEX[bytes[at]];
  return text;
}

function fromHex(hex) {
  const bytes = new Uint8Array(hex.length / 2);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = Number.parseInt(hex.substr(at * 2, 2), 16);
  return bytes;
}

function asBytes(data) {
  if (data instanceof Uint8Array) return data;
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  throw new TypeError("The data must be an ArrayBuffer or a view of one");
}

const bufferModule = require("buffer");
const { Buffer } = bufferModule;
const ownFrom = Buffer.from;
// Long texts are converted outside: this is what callers send their inputs through.
Buffer.from = (value, encoding, length) => {
  if (typeof value === "string") {
    const name = String(encoding ?? "utf8").toLowerCase();
    if (name === "utf8" || name === "utf-8") return wrap(fromHex(utf8ToHex(value)));
    if (name === "base64" || name === "base64url") return wrap(fromHex(host.base64ToHex(value)));
  }
  return ownFrom(value, encoding, length);
};
const wrap = (bytes) => ownFrom(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const ownToString = Buffer.prototype.toString;
Buffer.prototype.toString = function decode(encoding, start, end) {
  const name = String(encoding ?? "utf8").toLowerCase();
  const part = start === undefined && end === undefined ? this : this.subarray(start ?? 0, end ?? this.length);
  if (name === "utf8" || name === "utf-8") return hexToUtf8(toHex(part), false);
  if (name === "base64" || name === "base64url") return host.hexToBase64(toHex(part), name === "base64url");
  return ownToString.call(this, encoding, start, end);
};

function atob(text) {
  const clean = String(text).replace(/[\t\n\f\r ]/g, "");
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(clean) || clean.replace(/=+$/, "").length % 4 === 1) {
    throw new DOMException("The string to be decoded is not correctly encoded.", "InvalidCharacterError");
  }
  return Buffer.from(clean, "base64").toString("latin1");
}

function btoa(text) {
  const value = String(text);
  for (let at = 0; at < value.length; at += 1) {
    if (value.charCodeAt(at) > 255) throw new DOMException("Invalid character", "InvalidCharacterError");
  }
  return Buffer.from(value, "latin1").toString("base64");
}

class DOMException extends Error {
  #name;
  constructor(message = "", name = "Error") {
    super(message);
    this.#name = name;
  }
  get name() {
    return this.#name;
  }
}

module.exports = { bufferModule, Buffer, DOMException, TextDecoder, TextEncoder, asBytes, atob, btoa, toHex };
