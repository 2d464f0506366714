import { readFileSync } from "node:fs";
import { relative, sep } from "node:path";
import { importsOf, sourceFiles } from "./imports.ts";

/** Who may open connections, and why. Tests may too. */
const mayConnect: [code: RegExp, why: string][] = [
  [/^packages\/egress\//, "the one door out"],
  [/^services\/egress-proxy\/src\/(connect|upstream|plain-request|tunnel)\.ts$/, "the same door, for other programs"],
  [/^packages\/storage\//, "databases, Redis and files, by configuration"],
  [/^packages\/testkit\//, "servers for tests"],
  [/\.test\.tsx?$/, "tests"],
  [
    /^services\/standalone\/src\/cli\/installation\.ts$/,
    "the command line talks to an installation, on its owner's behalf",
  ],
];

/** Who may listen: of the modules below these take `createServer` and nothing else. */
const mayListen: RegExp[] = [
  /^services\/sandbox\/src\/(http\/(server|read-body)|metrics)\.ts$/,
  /^services\/worker\/src\/health-server\.ts$/,
  /^services\/egress-proxy\/src\/(listener|start-egress-proxy)\.ts$/,
];

const builtIn = /^(node:)?(http|https|http2|net|tls|dgram|dns|dns\/promises|inspector)$/;

/** Clients of anything: of HTTP, of databases and queues, of stores, of models, of mail and directories. */
const libraries = new RegExp(
  `^(${[
    ...["undici", "axios", "got", "ky", "needle", "phin", "bent", "wretch", "ofetch", "superagent", "request"],
    ...["node-fetch", "cross-fetch", "isomorphic-fetch", "ws", "socket\\.io-client", "eventsource", "faye-websocket"],
    ...["pg", "postgres", "mysql2?", "mongodb", "ioredis", "redis", "bullmq", "kafkajs", "amqplib", "mqtt"],
    ...["@aws-sdk/[^/]+", "@azure/[^/]+", "@google-cloud/[^/]+", "minio", "s3mini"],
    ...["@qdrant/[^/]+", "weaviate-client", "chromadb", "@zilliz/[^/]+", "@elastic/[^/]+", "@opensearch-project/[^/]+"],
    ...["openai", "@anthropic-ai/[^/]+", "@ai-sdk/[^/]+", "@modelcontextprotocol/client", "@grpc/grpc-js"],
    ...["nodemailer", "ldapts", "ldapjs", "imapflow", "ssh2", "puppeteer(-core)?", "playwright(-core)?"],
    ...["http-proxy", "https-proxy-agent", "proxy-agent", "socks"],
  ].join("|")})(/|$)`,
);

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
  if (mayConnect.some(([code]) => code.test(file))) return [];
  // A type opens nothing.
  const values = withoutComments(source).replace(/\bimport\s+type\b[^;]*;/g, "");
  const code = mayListen.some((one) => one.test(file)) ? withoutListening(values) : values;
  const required = [...code.matchAll(/\b(?:require|getBuiltinModule)\(\s*["']([^"']+)["']\s*\)/g)].map(
    (match) => match[1]!,
  );
  const found = [...importsOf(code), ...required].filter((target) => builtIn.test(target) || libraries.test(target));
  const used = [...withoutTexts(code).matchAll(globals)].map((match) => match[0]);
  return [...new Set([...found, ...used])].map(
    (what) => `${file}: uses ${what}: only packages/egress goes out; take its HttpClient`,
  );
}

/** Without imports that can only listen. */
function withoutListening(source: string): string {
  return source.replace(
    /\bimport\s*\{([^}]*)\}\s*from\s*["'](?:node:)?(?:http|https|net|tls)["'];/g,
    (whole, names) => {
      const values = String(names)
        .split(",")
        .map((name) => name.trim())
        .filter((name) => name !== "");
      return values.every((name) => name === "createServer" || name.startsWith("type ")) ? "" : whole;
    },
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
