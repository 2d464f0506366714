import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Plugin } from "vite";

const compressible = /\.(js|css|html|svg)$/;
const worthwhileBytes = 1_000;

/** Compresses what is built, once: the server sends `.br` or `.gz` as they are. */
export function compress(): Plugin {
  let folder = "";
  return {
    name: "compress",
    apply: "build",
    configResolved: ({ root, build }) => {
      folder = join(root, build.outDir);
    },
    async closeBundle() {
      const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
        compressible.test(name),
      );
      await Promise.all(
        files.map(async (name) => {
          const path = join(folder, name);
          const content = readFileSync(path);
          if (content.length < worthwhileBytes) return;
          const params = { [constants.BROTLI_PARAM_QUALITY]: 10 };
          const [br, gz] = await Promise.all([
            promisify(brotliCompress)(content, { params }),
            promisify(gzip)(content, { level: 9 }),
          ]);
          writeFileSync(`${path}.br`, br);
          writeFileSync(`${path}.gz`, gz);
        }),
      );
    },
  };
}
