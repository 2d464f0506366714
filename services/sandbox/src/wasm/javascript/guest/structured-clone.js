const { Buffer, DOMException } = require("./bytes");

function structuredClone(value, seen = new Map()) {
  if (typeof value === "function" || typeof value === "symbol") {
    throw new DOMException(`${String(value)} could not be cloned.`, "DataCloneError");
  }
  if (typeof value !== "object" || value === null) return value;
  if (seen.has(value)) return seen.get(value);
  const keep = (copy) => {
    seen.set(value, copy);
    return copy;
  };
  if (value instanceof Date) return keep(new Date(value));
  if (value instanceof RegExp) return keep(new RegExp(value.source, value.flags));
  if (value instanceof ArrayBuffer) return keep(value.slice(0));
  if (value instanceof DataView)
    return keep(new DataView(structuredClone(value.buffer, seen), value.byteOffset, value.byteLength));
  if (ArrayBuffer.isView(value)) {
    const View = value instanceof Buffer ? Uint8Array : value.constructor;
    return keep(new View(structuredClone(value.buffer, seen), value.byteOffset, value.length));
  }
  if (value instanceof Map) {
    const copy = keep(new Map());
    for (const [key, one] of value) copy.set(structuredClone(key, seen), structuredClone(one, seen));
    return copy;
  }
  if (value instanceof Set) {
    const copy = keep(new Set());
    for (const one of value) copy.add(structuredClone(one, seen));
    return copy;
  }
  if (value instanceof Error) {
    const copy = keep(new (globalThis[value.name] ?? Error)(value.message));
    copy.stack = value.stack;
    return copy;
  }
  const copy = keep(Array.isArray(value) ? new Array(value.length) : {});
  for (const key of Object.keys(value)) copy[key] = structuredClone(value[key], seen);
  return copy;
}

module.exports = (value) => structuredClone(value);
