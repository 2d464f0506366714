const { URLSearchParams } = require("./url");

module.exports = {
  parse: (text) => {
    const all = Object.create(null);
    for (const [name, value] of new URLSearchParams(text)) {
      all[name] = name in all ? [].concat(all[name], value) : value;
    }
    return all;
  },
  stringify: (values) =>
    Object.entries(values ?? {})
      .flatMap(([name, value]) =>
        [].concat(value).map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(one ?? "")}`),
      )
      .join("&"),
  escape: encodeURIComponent,
  unescape: decodeURIComponent,
};
