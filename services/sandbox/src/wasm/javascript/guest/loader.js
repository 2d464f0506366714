// Loads what is in memory before any program: part of the image that every program begins with. It runs inside QuickJS;
// `host` is the only way out, and takes and gives texts and numbers. Nothing of this is a boundary.
(function load(host, sources) {
  const loaded = new Map();
  function require(name) {
    if (!loaded.has(name)) {
      const module = { exports: {} };
      loaded.set(name, module);
      // biome-ignore lint/security/noGlobalEval: there are no files inside, only texts
      const run = eval(`(function (module, exports, require, host) {${sources[name]}\n})`);
      run(module, module.exports, require, host);
    }
    return loaded.get(name).exports;
  }
  return require("./main");
});
