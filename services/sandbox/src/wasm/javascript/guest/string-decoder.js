const { Buffer } = require("./bytes");

/** Bytes up to the first character of UTF-8 that is not complete yet. */
function wholeCharacters(bytes) {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back];
    if ((byte & 0xc0) === 0x80) continue;
    const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needs > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

module.exports = {
  StringDecoder: class StringDecoder {
    #bytes = Buffer.alloc(0);
    constructor(encoding = "utf8") {
      this.encoding = encoding;
    }
    write(chunk) {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
      const whole = this.encoding === "utf8" ? wholeCharacters(this.#bytes) : this.#bytes.length;
      const text = this.#bytes.subarray(0, whole).toString(this.encoding);
      this.#bytes = this.#bytes.subarray(whole);
      return text;
    }
    end(chunk) {
      const text = chunk === undefined ? "" : this.write(chunk);
      const rest = this.#bytes.toString(this.encoding);
      this.#bytes = Buffer.alloc(0);
      return text + rest;
    }
  },
};
