import { readFileSync } from "node:fs";
import { relative, sep } from "node:path";
import { importsOf, sourceFiles } from "./imports.ts";

/** Who may open connections or listen, and why. Tests may too. */
const allowed: [code: RegExp, why: string][] = [
  [/^packages\/egress\//, "the one door out"],
  [
    /^services\/egress-proxy\/src\/(connect|upstream|plain-request|tunnel|listener|start-egress-proxy)\.ts$/,
    "the same door, for other programs",
  ],
  [/^packages\/storage\//, "databases, Redis and files, by configuration"],
  [/^packages\/testkit\//, "servers for tests"],
  [/\.test\.tsx?$/, "tests"],
  [/^services\/worker\/src\/health-server\.ts$/, "listens"],
  [/^services\/sandbox\/src\/(http\/(server|read-body)|metrics)\.ts$/, "listens"],
  [
    /^services\/standalone\/src\/cli\/installation\.ts$/,
    "the command line talks to an installation, on its owner's behalf",
  ],
];

const modules =
  /^(node:)?(http|https|http2|net|tls|dgram|dns|dns\/promises)$|^(undici|axios|got|ky|needle|node-fetch|cross-fetch|isomorphic-fetch|superagent|request|ws|socket\.io-client|eventsource|faye-websocket)(\/|$)/;

/** As globals; a method or a field of the same name is something else. */
const globals = /(?<![.\w$"'`-])(globalThis\.)?\b(fetch|WebSocket|EventSource|XMLHttpRequest)\b(?!\s*[:?\w$"'`-])/g;

/** Every place in packages and services that could reach the network past `packages/egress`, one line each. */
export function checkDirectSockets(root: string): string[] {
  return sourceFiles(root).flatMap((path) => {
    const name = relative(root, path).split(sep).join("/");
    return name.startsWith("web/") ? [] : directSocketsIn(name, readFileSync(path, "utf8"));
  });
}

export function directSocketsIn(file: string, source: string): string[] {
  if (allowed.some(([code]) => code.test(file))) return [];
  const code = withoutComments(source);
  // A type opens nothing.
  const values = code.replace(/\bimport\s+type\b[^;]*;/g, "");
  const required = [...values.matchAll(/\brequire\(\s*["']([^"']+)["']\s*\)/g)].map((match) => match[1]!);
  const found = [...importsOf(values), ...required].filter((target) => modules.test(target));
  const used = [...withoutTexts(values).matchAll(globals)].map((match) => match[0]);
  return [...new Set([...found, ...used])].map(
    (what) => `${file}: uses ${what}: only packages/egress goes out; take its HttpClient`,
  );
}

function withoutComments(source: string): string {
  return source.replace(/("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|\/\*[\s\S]*?\*\/|(?<![:\\])\/\/[^\n]*/g, "$1");
}

function withoutTexts(source: string): string {
  return source
    .replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, '""')
    .replace(/\b(import|export)\b[^;]*?\bfrom\s*"";/g, "");
}
