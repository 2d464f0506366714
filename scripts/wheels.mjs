// Fetches the Python packages that programs in the sandbox can import. Plain JavaScript for Node 18 and newer.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const LONGEST_MS = 30_000;

/** The index that pip would ask. */
const index = () => (process.env.PIP_INDEX_URL || "https://pypi.org/simple").replace(/\/*$/, "/");

const listOf = (root) => JSON.parse(readFileSync(join(root, "services", "sandbox", "wheels.json"), "utf8"));
const folderOf = (root) => join(root, ".cache", "wheels");

/** @param {string} root  The project. */
export function wheelsAreCurrent(root) {
  return listOf(root).every(({ file }) => existsSync(join(folderOf(root), file)));
}

/**
 * Each by its name and what it must hash to; those that are there already are kept.
 *
 * @param {string} root  The project.
 */
export async function fetchWheels(root) {
  const folder = folderOf(root);
  mkdirSync(folder, { recursive: true });
  const missing = listOf(root).filter(({ file }) => !existsSync(join(folder, file)));
  await Promise.all(missing.map((wheel) => fetchWheel(folder, wheel)));
}

async function fetchWheel(folder, { name, file, sha256 }) {
  const page = new URL(`${name}/`, index());
  const signal = AbortSignal.timeout(LONGEST_MS);
  const listed = await ask(page, {
    signal,
    headers: { accept: "application/vnd.pypi.simple.v1+json, text/html;q=0.5" },
  });
  const address = addressOf(await listed.text(), file);
  if (address === undefined) throw new Error(`${page} does not list ${file}.`);
  const bytes = Buffer.from(await (await ask(new URL(address, page), { signal })).arrayBuffer());
  const found = createHash("sha256").update(bytes).digest("hex");
  if (found !== sha256) throw new Error(`${file} is not what it should be: its SHA-256 is ${found}.`);
  // Renamed last, so that one that was cut off never looks whole.
  const unfinished = join(folder, `${file}.${process.pid}`);
  writeFileSync(unfinished, bytes);
  renameSync(unfinished, join(folder, file));
}

/** In the index's answer, be it JSON or a page. */
function addressOf(text, file) {
  if (text.startsWith("{")) return JSON.parse(text).files.find(({ filename }) => filename === file)?.url;
  const links = [...text.matchAll(/href="([^"#]+)/g)].map(([, address]) => address);
  return links.find((address) => decodeURIComponent(address).endsWith(`/${file}`));
}

async function ask(url, options) {
  const response = await fetch(url, options);
  if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
  return response;
}
