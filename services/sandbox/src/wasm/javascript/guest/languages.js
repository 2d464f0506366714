// What QuickJS does not have: the host's own, with plain texts.
const formatted = (kind, value, locales, options) =>
  host.format(kind, value, JSON.stringify(locales ?? null), JSON.stringify(options ?? null));
const formatter = (kind, read) =>
  class {
    #locales;
    #options;
    constructor(locales, options) {
      this.#locales = locales;
      this.#options = options;
    }
    format(value) {
      return formatted(kind, read(value), this.#locales, this.#options);
    }
    resolvedOptions() {
      return { locale: [].concat(this.#locales ?? "en-US")[0], timeZone: "UTC", ...this.#options };
    }
  };
const bridge = {
  NumberFormat: formatter("number", (value) => String(value)),
  DateTimeFormat: formatter("date", (value) => String(+(value ?? Date.now()))),
};
Number.prototype.toLocaleString = function format(locales, options) {
  return formatted("number", String(this), locales, options);
};
BigInt.prototype.toLocaleString = function format(locales, options) {
  return formatted("number", String(this), locales, options);
};
for (const [name, kind] of [
  ["toLocaleString", "date-and-time"],
  ["toLocaleDateString", "date"],
  ["toLocaleTimeString", "time"],
]) {
  Date.prototype[name] = function format(locales, options) {
    return formatted(kind, String(this.getTime()), locales, options);
  };
}

module.exports = bridge;
