class URLSearchParams {
  #pairs = [];
  #changed = () => {};
  constructor(init = "", changed) {
    if (changed !== undefined) this.#changed = changed;
    if (typeof init === "object" && init !== null) {
      const pairs = typeof init[Symbol.iterator] === "function" ? [...init] : Object.entries(init);
      this.#pairs = pairs.map(([name, value]) => [String(name), String(value)]);
    } else this.#pairs = JSON.parse(host.parseQuery(String(init)));
  }
  #change(pairs) {
    this.#pairs = pairs;
    this.#changed(this.toString());
  }
  get size() {
    return this.#pairs.length;
  }
  append(name, value) {
    this.#change([...this.#pairs, [String(name), String(value)]]);
  }
  delete(name, value) {
    this.#change(
      this.#pairs.filter(([key, one]) => key !== String(name) || (value !== undefined && one !== String(value))),
    );
  }
  get(name) {
    return this.#pairs.find(([key]) => key === String(name))?.[1] ?? null;
  }
  getAll(name) {
    return this.#pairs.filter(([key]) => key === String(name)).map(([, value]) => value);
  }
  has(name, value) {
    return this.#pairs.some(([key, one]) => key === String(name) && (value === undefined || one === String(value)));
  }
  set(name, value) {
    const at = this.#pairs.findIndex(([key]) => key === String(name));
    const others = this.#pairs.filter(([key], index) => key !== String(name) || index === at);
    this.#change(
      at < 0
        ? [...others, [String(name), String(value)]]
        : others.map((pair, index) => (index === at ? [pair[0], String(value)] : pair)),
    );
  }
  sort() {
    this.#change(this.#pairs.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
  }
  forEach(callback, self) {
    for (const [name, value] of this.#pairs) callback.call(self, value, name, this);
  }
  keys() {
    return this.#pairs.map(([name]) => name).values();
  }
  values() {
    return this.#pairs.map(([, value]) => value).values();
  }
  entries() {
    return this.#pairs.map((pair) => [...pair]).values();
  }
  [Symbol.iterator]() {
    return this.entries();
  }
  toString() {
    return host.formatQuery(JSON.stringify(this.#pairs));
  }
}

const parts = ["href", "protocol", "username", "password", "host", "hostname", "port", "pathname", "search", "hash"];

class URL {
  #parsed;
  #params;
  constructor(address, base) {
    const parsed = host.parseUrl(String(address), base === undefined ? "" : String(base));
    if (parsed === "") {
      const error = new TypeError("Invalid URL");
      throw Object.assign(error, { code: "ERR_INVALID_URL", input: String(address) });
    }
    this.#parsed = JSON.parse(parsed);
    this.#params = new URLSearchParams(this.#parsed.search, (text) => {
      this.#parsed = JSON.parse(host.changeUrl(this.#parsed.href, "search", text));
    });
  }
  static canParse(address, base) {
    return host.parseUrl(String(address), base === undefined ? "" : String(base)) !== "";
  }
  static parse(address, base) {
    return URL.canParse(address, base) ? new URL(address, base) : null;
  }
  static {
    for (const part of parts) {
      Object.defineProperty(URL.prototype, part, {
        enumerable: true,
        configurable: true,
        get() {
          return this.#parsed[part];
        },
        set(value) {
          this.#parsed = JSON.parse(host.changeUrl(this.#parsed.href, part, String(value)));
          if (part === "href" || part === "search") this.#params = new URLSearchParams(this.#parsed.search);
        },
      });
    }
  }
  get origin() {
    return this.#parsed.origin;
  }
  get searchParams() {
    return this.#params;
  }
  toString() {
    return this.#parsed.href;
  }
  toJSON() {
    return this.#parsed.href;
  }
}

const legacy = {
  URL,
  URLSearchParams,
  parse: (address) => {
    const nothing = { href: address, pathname: address, search: null, hash: null, host: null, protocol: null };
    if (!URL.canParse(address)) return nothing;
    const parsed = new URL(address);
    return { ...Object.fromEntries(parts.map((part) => [part, parsed[part]])), query: parsed.search.slice(1) };
  },
  format: (address) => String(address?.href ?? address),
  resolve: (from, to) => new URL(to, from).href,
};

module.exports = { URL, URLSearchParams, legacy };
