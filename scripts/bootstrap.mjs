// Brings what the project needs before its own code can run: Node 24, the packages of the lock file, the built console.
// Plain JavaScript for Node 18 and newer, without packages: it runs on a machine that has nothing else.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { fetchWheels, wheelsAreCurrent } from "./wheels.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const NODE_MAJOR = 24;
const NODE_VERSION = "24.21.0";
const nodeFolder = join(root, ".cache", "node");

/**
 * Runs a script of ours under Node 24 with everything installed, in this process where it is new enough already.
 *
 * @param {string} script  Path from the project's root.
 * @param {string[]} args
 * @param {{ needsConsole?: boolean }} [options]
 */
export async function run(script, args, { needsConsole = false } = {}) {
  try {
    const node = await prepare(needsConsole);
    const path = join(root, script);
    process.env.NODE_COMPILE_CACHE ??= join(root, ".cache", "compile");
    endWithNpm();
    if (node === process.execPath) {
      process.argv = [process.argv[0], path, ...args];
      await import(pathToFileURL(path).href);
    } else {
      await handOver(node, [path, ...args]);
    }
  } catch (error) {
    if (!(error instanceof Unable)) throw error;
    process.stderr.write(`\n${error.message}\n`);
    process.exitCode = 1;
  }
}

/** Something that only the person at the machine can mend; its message says what. */
class Unable extends Error {}

async function prepare(needsConsole) {
  const isReady = () => {
    const node = findNode();
    const installed = node !== undefined && packagesAreCurrent() && wheelsAreCurrent(root);
    const ready = installed && (!needsConsole || consoleIsCurrent());
    return ready ? node : undefined;
  };
  const ready = isReady();
  if (ready !== undefined) return ready;
  const unlock = await takeLock();
  try {
    const node = findNode() ?? (await step(`Fetching Node ${NODE_MAJOR}`, fetchNode));
    if (!packagesAreCurrent()) await step("Installing packages", () => installPackages(node));
    if (!wheelsAreCurrent(root)) await tryToFetchWheels();
    if (needsConsole && !consoleIsCurrent()) await step("Building the console", () => buildConsole(node));
    return node;
  } finally {
    unlock();
  }
}

// ── Node ────────────────────────────────────────────────────────────────────────────────────────────────────────────

function findNode() {
  if (Number(process.versions.node.split(".")[0]) >= NODE_MAJOR) return process.execPath;
  const own = join(nodeFolder, "bin", process.platform === "win32" ? "node.exe" : "node");
  return existsSync(own) ? own : undefined;
}

async function fetchNode() {
  const platform = process.platform === "win32" ? "win" : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const work = join(root, ".cache", "node-download");
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  writeFileSync(join(work, "package.json"), '{"private":true}');
  await npm(
    process.execPath,
    ["install", "--ignore-scripts", "--no-save", "--no-package-lock", `${name}@${NODE_VERSION}`],
    work,
  );
  rmSync(nodeFolder, { recursive: true, force: true });
  // Renamed last, so that a start that was cut off never leaves half a Node behind.
  const made = `${nodeFolder}.new`;
  rmSync(made, { recursive: true, force: true });
  cpSync(join(work, "node_modules", name), made, { recursive: true });
  renameSync(made, nodeFolder);
  rmSync(work, { recursive: true, force: true });
  return findNode();
}

// ── Packages ────────────────────────────────────────────────────────────────────────────────────────────────────────

const stampFile = join(root, "node_modules", ".diwan-stamp");

function packagesAreCurrent() {
  return existsSync(stampFile) && readFileSync(stampFile, "utf8") === lockHash();
}

function lockHash() {
  return createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
}

async function installPackages(node) {
  await npm(node, ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], root);
  writeFileSync(stampFile, lockHash());
}

/** Everything else works without them. */
async function tryToFetchWheels() {
  try {
    await step("Fetching Python packages for the sandbox", () => fetchWheels(root));
  } catch (error) {
    process.stderr.write(`Programs in the sandbox cannot import them: ${error.cause?.message ?? error.message}\n`);
  }
}

// ── Console ─────────────────────────────────────────────────────────────────────────────────────────────────────────

const consoleFolder = join(root, "web", "console");
const consoleStamp = join(consoleFolder, "dist", ".stamp");
const consoleSources = ["web", "packages/contracts", "packages/workflow", "package-lock.json"];

function consoleIsCurrent() {
  return existsSync(consoleStamp) && readFileSync(consoleStamp, "utf8") === consoleHash();
}

/** Sizes and times of what the build reads: quick to take, and different after any change. */
function consoleHash() {
  const hash = createHash("sha256");
  const add = (path) => {
    const { mtimeMs, size } = statSync(path);
    hash.update(`${path}\0${mtimeMs}\0${size}\n`);
  };
  const walk = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (["node_modules", "dist", "__fixtures__"].includes(entry.name)) continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else add(path);
    }
  };
  for (const source of consoleSources) {
    const path = join(root, source);
    if (statSync(path).isDirectory()) walk(path);
    else add(path);
  }
  return hash.digest("hex");
}

async function buildConsole(node) {
  const vite = join(root, "node_modules", "vite", "bin", "vite.js");
  await collect(node, [vite, "build", "--logLevel", "error"], consoleFolder, "The console could not be built.");
  writeFileSync(consoleStamp, consoleHash());
}

// ── Running things ──────────────────────────────────────────────────────────────────────────────────────────────────

/** npm itself, under the Node that is to be installed for: packages with native parts look at the running version. */
async function npm(node, args, folder) {
  const script = process.env.npm_execpath;
  const npmScript = script?.endsWith(".js") || script?.endsWith(".cjs") ? script : npmBeside(process.execPath);
  const [command, first] = npmScript === undefined ? ["npm", []] : [node, [npmScript]];
  await collect(command, [...first, ...args], folder, "npm could not fetch the packages.");
}

function npmBeside(executable) {
  const places = [
    join(dirname(executable), "..", "lib", "node_modules", "npm", "bin", "npm-cli.js"),
    join(dirname(executable), "node_modules", "npm", "bin", "npm-cli.js"),
  ];
  return places.find((place) => existsSync(place));
}

/** Runs a command quietly; where it fails, says why in words. */
function collect(command, args, cwd, failure) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "pipe"], env: quietEnvironment() });
    let output = "";
    const keep = (chunk) => {
      output = (output + chunk).slice(-20_000);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", (error) => fail(new Unable(explain(`${failure} ${error.message}`, error.code ?? ""))));
    child.on("close", (code) => (code === 0 ? done() : fail(new Unable(explain(failure, output)))));
  });
}

/**
 * What npm passes on to scripts would make a nested npm act on the wrong folder, and a test's `NODE_ENV` would make the
 * console's build a development build.
 */
function quietEnvironment() {
  const environment = { ...process.env, npm_config_loglevel: "error", npm_config_update_notifier: "false" };
  delete environment.NODE_ENV;
  for (const name of Object.keys(environment)) {
    if (/^npm_(lifecycle|package|command|config_local_prefix)/i.test(name)) delete environment[name];
  }
  return environment;
}

function explain(failure, output) {
  const reasons = [
    [/ENOSPC|no space left/i, "The disk is full. Free about 1 GB and start again."],
    [
      /EROFS|EACCES|EPERM|read-only file system|permission denied/i,
      `This folder cannot be written to: ${root}. Make it writable, or clone the project elsewhere.`,
    ],
    [
      /ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|network/i,
      "The package registry cannot be reached. Check the network and the proxy settings, then start again; what is fetched already is kept.",
    ],
    [
      /E404|ETARGET|EBADPLATFORM/,
      `There is no ready-made Node ${NODE_MAJOR} for this machine (${process.platform} ${process.arch}). Install Node ${NODE_MAJOR} yourself, then start again.`,
    ],
    [/ENOENT/, "npm was not found. Install it together with Node, then start again."],
  ];
  const known = reasons.find(([pattern]) => pattern.test(output));
  const last = output.trim().split("\n").slice(-12).join("\n");
  return known === undefined ? `${failure}\n${last}` : `${failure} ${known[1]}`;
}

/** npm's shell dies of a signal without passing it on; a server must not live on behind it, holding port and data. */
function endWithNpm() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const shell = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(watch);
    process.kill(process.pid, "SIGTERM");
  }, 500);
  watch.unref();
}

async function handOver(node, args) {
  const child = spawn(node, args, { stdio: "inherit", env: process.env });
  const forward = (signal) => child.kill(signal);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => forward(signal));
  await new Promise((done) => {
    child.on("exit", (code, signal) => {
      process.exitCode = signal === null ? (code ?? 1) : 1;
      done();
    });
  });
}

// ── One at a time, with a line for what takes long ──────────────────────────────────────────────────────────────────

/** Two commands at once on a fresh clone must not install over each other. */
async function takeLock() {
  const lock = join(root, ".cache", "bootstrap.lock");
  const owner = join(lock, "pid");
  try {
    mkdirSync(join(root, ".cache"), { recursive: true });
  } catch (error) {
    throw new Unable(explain("The project's folder cannot be used.", `${error.code} ${error.message}`));
  }
  for (let told = false; ; ) {
    try {
      mkdirSync(lock);
      writeFileSync(owner, String(process.pid));
      return () => rmSync(lock, { recursive: true, force: true });
    } catch (error) {
      if (error.code !== "EEXIST")
        throw new Unable(explain("The project's folder cannot be used.", `${error.code} ${error.message}`));
    }
    if (!ownerLives(owner)) {
      rmSync(lock, { recursive: true, force: true });
      continue;
    }
    if (!told) process.stderr.write("Another command is installing; waiting for it …\n");
    told = true;
    await sleep(200);
  }
}

function ownerLives(file) {
  try {
    process.kill(Number(readFileSync(file, "utf8")), 0);
    return true;
  } catch (error) {
    // A lock this young may not have its owner's number in it yet.
    return (
      error.code === "EPERM" ||
      (error.code === "ENOENT" && existsSync(dirname(file)) && Date.now() - statSync(dirname(file)).mtimeMs < 2_000)
    );
  }
}

async function step(what, work) {
  const startedAt = Date.now();
  const seconds = () => `${Math.round((Date.now() - startedAt) / 1000)} s`;
  const { isTTY } = process.stderr;
  process.stderr.write(isTTY ? `${what} …` : `${what} …\n`);
  const timer = isTTY ? setInterval(() => process.stderr.write(`\r${what} … ${seconds()}`), 500) : undefined;
  try {
    const result = await work();
    process.stderr.write(`${isTTY ? "\r" : ""}${what}: done in ${seconds()}\n`);
    return result;
  } finally {
    clearInterval(timer);
  }
}
