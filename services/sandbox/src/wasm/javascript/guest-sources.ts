import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/** Packages that the modules of `guest/` require, with how Node finds them: two have the names of its own modules. */
const packages = {
  "base64-js": "base64-js",
  buffer: "buffer/",
  events: "events/",
  ieee754: "ieee754",
  "node-inspect-extracted": "node-inspect-extracted",
  "path-browserify": "path-browserify",
};

const LOADER = "loader.js";

/** Everything that programs have besides the language itself, as texts by the names under which it is required. */
export function guestSources(): { loader: string; modules: ReadonlyMap<string, string> } {
  const { resolve } = createRequire(import.meta.url);
  const folder = join(import.meta.dirname, "guest");
  const read = (path: string) => readFileSync(path, "utf8");
  const own = readdirSync(folder).filter((file) => file !== LOADER);
  return {
    loader: read(join(folder, LOADER)),
    modules: new Map([
      ...own.map((file): [string, string] => [`./${file.replace(/\.js$/, "")}`, read(join(folder, file))]),
      ...Object.entries(packages).map(([name, path]): [string, string] => [name, read(resolve(path))]),
    ]),
  };
}
