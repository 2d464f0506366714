const { TextDecoder, TextEncoder } = require("./bytes");
const { format, formatWithOptions, inspect } = require("./console");
const { sameDeep } = require("./same-deep");

const customPromisify = Symbol.for("nodejs.util.promisify.custom");
module.exports = {
  inspect,
  format,
  formatWithOptions,
  isDeepStrictEqual: (a, b) => sameDeep(a, b, true),
  promisify: Object.assign(
    (call) =>
      call[customPromisify] ??
      ((...args) =>
        new Promise((resolve, reject) => call(...args, (error, value) => (error ? reject(error) : resolve(value))))),
    { custom: customPromisify },
  ),
  callbackify:
    (call) =>
    (...args) => {
      const callback = args.pop();
      call(...args).then((value) => callback(null, value), callback);
    },
  inherits: (child, parent) => Object.setPrototypeOf(child.prototype, parent.prototype),
  deprecate: (call) => call,
  stripVTControlCharacters: (text) => String(text).replace(/\u001b\[[0-9;]*[A-Za-z]/g, ""),
  types: {
    isDate: (value) => value instanceof Date,
    isRegExp: (value) => value instanceof RegExp,
    isPromise: (value) => value instanceof Promise,
    isMap: (value) => value instanceof Map,
    isSet: (value) => value instanceof Set,
    isNativeError: (value) => value instanceof Error,
    isTypedArray: (value) => ArrayBuffer.isView(value) && !(value instanceof DataView),
  },
  TextEncoder,
  TextDecoder,
};
