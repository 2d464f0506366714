import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { extname, join, relative, sep } from "node:path";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

const types: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};

const securityHeaders = {
  "content-security-policy":
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "same-origin",
};

type Encoding = "br" | "gzip";
type Asset = { path: string; type: string; encodings: Map<Encoding, string>; hashed: boolean };

/**
 * Serves the built console: hashed files for ever and compressed ahead where the build did so, every page address with
 * `index.html`.
 */
export function serveConsole(app: FastifyInstance, folder: string): void {
  const assets = readAssets(folder);
  app.get("/*", (request, reply) => {
    const path = pathOf(request.url);
    const asset = assets.get(path);
    if (asset !== undefined) return sendAsset(request, reply, asset);
    const index = assets.get("/index.html");
    // What looks like a file is not a page: a browser must not read a page as a script.
    const isPage = extname(path) === "" && /text\/html|\*\/\*/.test(request.headers.accept ?? "*/*");
    if (index === undefined || !isPage) {
      return reply.status(404).type("text/plain; charset=utf-8").send("Nothing here.");
    }
    return sendAsset(request, reply, index);
  });
}

function pathOf(url: string): string {
  const path = url.split("?")[0]!;
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

function readAssets(folder: string): Map<string, Asset> {
  const assets = new Map<string, Asset>();
  if (!existsSync(folder)) return assets;
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    const path = join(folder, name);
    if (!statSync(path).isFile() || /\.(br|gz)$/.test(name)) continue;
    const url = `/${relative(folder, path).split(sep).join("/")}`;
    const encodings = new Map<Encoding, string>();
    for (const [encoding, suffix] of [
      ["br", ".br"],
      ["gzip", ".gz"],
    ] as const) {
      if (existsSync(path + suffix)) encodings.set(encoding, path + suffix);
    }
    const type = types[extname(name)] ?? "application/octet-stream";
    assets.set(url, { path, type, encodings, hashed: url.startsWith("/assets/") });
  }
  return assets;
}

function sendAsset(
  request: FastifyRequest,
  reply: FastifyReply,
  { path, type, encodings, hashed }: Asset,
): FastifyReply {
  const accepted = String(request.headers["accept-encoding"] ?? "");
  const encoding = [...encodings.keys()].find((one) => accepted.includes(one));
  if (encoding !== undefined) reply.header("content-encoding", encoding);
  reply.headers({
    ...securityHeaders,
    "cache-control": hashed ? "public, max-age=31536000, immutable" : "no-cache",
    vary: "accept-encoding",
  });
  const file = encoding === undefined ? path : encodings.get(encoding)!;
  return reply.type(type).send(type.startsWith("text/html") ? readFileSync(file) : createReadStream(file));
}
