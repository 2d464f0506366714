const { Buffer, asBytes, toHex } = require("./bytes");

class Hash {
  #algorithm;
  #key;
  #hex = "";
  constructor(algorithm, key) {
    this.#algorithm = String(algorithm).toLowerCase();
    this.#key = key;
    if (!host.hasHash(this.#algorithm)) {
      throw Object.assign(new Error("Digest method not supported"), { code: "ERR_CRYPTO_INVALID_DIGEST" });
    }
  }
  update(data, encoding) {
    this.#hex += toHex(typeof data === "string" ? Buffer.from(data, encoding) : asBytes(data));
    return this;
  }
  digest(encoding) {
    const hex = host.hash(this.#algorithm, this.#hex, this.#key ?? "", this.#key !== undefined);
    const bytes = Buffer.from(hex, "hex");
    return encoding === undefined || encoding === "buffer" ? bytes : bytes.toString(encoding);
  }
}

const randomBytes = (count) => {
  if (!Number.isInteger(count) || count < 0 || count > 65_536)
    throw new RangeError("The number of bytes is out of range");
  return Buffer.from(host.random(count), "hex");
};
const randomInt = (from, to) => {
  const [low, high] = to === undefined ? [0, from] : [from, to];
  if (!(high > low) || high - low > 2 ** 48) throw new RangeError("The range is not valid");
  const span = high - low;
  for (;;) {
    const value = randomBytes(6).readUIntBE(0, 6);
    if (value < 2 ** 48 - (2 ** 48 % span)) return low + (value % span);
  }
};
const randomUUID = () => host.uuid();
const getRandomValues = (array) => {
  asBytes(array).set(randomBytes(array.byteLength));
  return array;
};
const api = {
  createHash: (algorithm) => new Hash(algorithm),
  createHmac: (algorithm, key) => new Hash(algorithm, toHex(typeof key === "string" ? Buffer.from(key) : asBytes(key))),
  getHashes: () => ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"],
  hash: (algorithm, data, encoding = "hex") => new Hash(algorithm).update(data).digest(encoding),
  randomBytes,
  randomInt,
  randomUUID,
  getRandomValues,
  timingSafeEqual: (a, b) => {
    if (a.length !== b.length) throw new RangeError("Input buffers must have the same byte length");
    let difference = 0;
    for (let at = 0; at < a.length; at += 1) difference |= a[at] ^ b[at];
    return difference === 0;
  },
  webcrypto: { getRandomValues, randomUUID },
};

module.exports = api;
