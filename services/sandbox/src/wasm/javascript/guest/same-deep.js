/** Whether two values are alike in all their parts. */
function sameDeep(a, b, strict, seen) {
  if (strict ? Object.is(a, b) : looselySame(a, b) || (Number.isNaN(a) && Number.isNaN(b))) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (strict && Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (seen.get(a) === b) return true;
  seen.set(a, b);
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
  if (a instanceof RegExp && b instanceof RegExp) return String(a) === String(b) && a.lastIndex === b.lastIndex;
  if (a instanceof Map && b instanceof Map) {
    return a.size === b.size && [...a].every(([key, value]) => b.has(key) && sameDeep(value, b.get(key), strict, seen));
  }
  if (a instanceof Set && b instanceof Set) {
    return (
      a.size === b.size &&
      [...a].every((one) => b.has(one) || [...b].some((other) => sameDeep(one, other, strict, seen)))
    );
  }
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [keys, others] = [Object.keys(a), Object.keys(b)];
  if (a instanceof Error && a.message !== b.message) return false;
  return (
    keys.length === others.length &&
    keys.every((key) => Object.hasOwn(b, key) && sameDeep(a[key], b[key], strict, seen))
  );
}

// biome-ignore lint/suspicious/noDoubleEquals: that is what is asked
const looselySame = (a, b) => a == b;

module.exports = { looselySame, sameDeep: (a, b, strict) => sameDeep(a, b, strict, new Map()) };
