const { write } = require("./text");

// It looks at every global of a whole V8, some of which are missing here.
const missing = ["Atomics", "FinalizationRegistry", "SharedArrayBuffer", "WeakRef"].filter(
  (name) => !(name in globalThis),
);
for (const name of missing) globalThis[name] = name === "Atomics" ? {} : class {};
const inspection = require("node-inspect-extracted");
for (const name of missing) delete globalThis[name];
const { inspect, format, formatWithOptions } = inspection;

let indentation = "";
const counts = new Map();
const times = new Map();
const line = (descriptor, values) => {
  const text = format(...values);
  write(descriptor, `${indentation === "" ? text : indentation + text.replaceAll("\n", `\n${indentation}`)}\n`);
};
const console = {
  log: (...values) => line(1, values),
  info: (...values) => line(1, values),
  debug: (...values) => line(1, values),
  error: (...values) => line(2, values),
  warn: (...values) => line(2, values),
  trace: (...values) => line(2, [`Trace: ${format(...values)}\n${new Error().stack.split("\n").slice(1).join("\n")}`]),
  dir: (value, options) => line(1, [inspect(value, { customInspect: false, ...options })]),
  dirxml: (...values) => line(1, values),
  assert: (value, ...values) => {
    if (!value) line(2, values.length === 0 ? ["Assertion failed"] : [`Assertion failed: ${format(...values)}`]);
  },
  group: (...values) => {
    if (values.length > 0) line(1, values);
    indentation += "  ";
  },
  groupCollapsed: (...values) => console.group(...values),
  groupEnd: () => {
    indentation = indentation.slice(2);
  },
  count: (label = "default") => {
    counts.set(label, (counts.get(label) ?? 0) + 1);
    line(1, [`${label}: ${counts.get(label)}`]);
  },
  countReset: (label = "default") => void counts.delete(label),
  time: (label = "default") => void times.set(label, host.now()),
  timeLog: (label = "default", ...values) =>
    line(1, [`${label}: ${host.now() - (times.get(label) ?? 0)}ms`, ...values]),
  timeEnd: (label = "default") => {
    console.timeLog(label);
    times.delete(label);
  },
  table: (rows) => line(1, [inspect(rows)]),
};

module.exports = { console, format, formatWithOptions, inspect };
