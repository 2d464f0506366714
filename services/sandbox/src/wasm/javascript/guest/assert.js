const { inspect } = require("./console");
const { looselySame, sameDeep } = require("./same-deep");

class AssertionError extends Error {
  constructor({ message, actual, expected, operator }) {
    super(message);
    Object.assign(this, { actual, expected, operator, code: "ERR_ASSERTION", generatedMessage: false });
  }
  get name() {
    return "AssertionError";
  }
}
const check = (holds, actual, expected, operator, message) => {
  if (holds) return;
  if (message instanceof Error) throw message;
  const text = message ?? `Expected values to be ${operator}:\n\n${inspect(actual)} !== ${inspect(expected)}\n`;
  throw new AssertionError({ message: text, actual, expected, operator });
};
const matches = (error, expected) =>
  expected === undefined ||
  (expected instanceof RegExp
    ? expected.test(String(error))
    : typeof expected === "function"
      ? error instanceof expected || expected(error) === true
      : Object.keys(expected).every((key) =>
          expected[key] instanceof RegExp ? expected[key].test(error[key]) : sameDeep(error[key], expected[key], true),
        ));
const assert = Object.assign((value, message) => check(value, value, true, "truthy", message), {
  AssertionError,
  ok: (value, message) => check(value, value, true, "truthy", message),
  fail: (message = "Failed") => check(false, undefined, undefined, "fail", message),
  equal: (a, b, message) => check(looselySame(a, b), a, b, "loosely equal", message),
  notEqual: (a, b, message) => check(!looselySame(a, b), a, b, "not loosely equal", message),
  strictEqual: (a, b, message) => check(Object.is(a, b), a, b, "strictly equal", message),
  notStrictEqual: (a, b, message) => check(!Object.is(a, b), a, b, "not strictly equal", message),
  deepEqual: (a, b, message) => check(sameDeep(a, b, false), a, b, "loosely deep-equal", message),
  deepStrictEqual: (a, b, message) => check(sameDeep(a, b, true), a, b, "strictly deep-equal", message),
  notDeepStrictEqual: (a, b, message) => check(!sameDeep(a, b, true), a, b, "not deep-equal", message),
  match: (text, pattern, message) => check(pattern.test(text), text, pattern, "a match", message),
  throws: (call, expected, message) => {
    try {
      call();
    } catch (error) {
      if (matches(error, expected)) return;
      throw error;
    }
    check(false, undefined, expected, "thrown", message ?? "Missing expected exception.");
  },
  rejects: async (promise, expected, message) => {
    try {
      await (typeof promise === "function" ? promise() : promise);
    } catch (error) {
      if (matches(error, expected)) return;
      throw error;
    }
    check(false, undefined, expected, "rejected", message ?? "Missing expected rejection.");
  },
  doesNotThrow: (call) => void call(),
});
assert.strict = assert;

module.exports = assert;
