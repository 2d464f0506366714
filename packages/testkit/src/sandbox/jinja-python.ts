import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

const JINJA = "3.1.6";
const folder = resolve(import.meta.dirname, "../../../../.cache", `jinja2-${JINJA}`);

let found: { python: string | undefined } | undefined;

/** A Python with the Jinja2 that ours is held against, made where there is none; undefined where none can be had. */
export function jinjaPython(): string | undefined {
  found ??= { python: pathWithJinja(join(folder, "bin", "python")) ?? pathWithJinja("python3") ?? makeOne() };
  return found.python;
}

/** A program's environment may have no search path: the whole path is wanted. */
function pathWithJinja(python: string): string | undefined {
  if (python !== "python3" && !existsSync(python)) return undefined;
  const seen = run(python, ["-I", "-c", "import jinja2, sys; print(jinja2.__version__, sys.executable)"]);
  const [version, path] = seen?.trim().split(" ") ?? [];
  return version === JINJA ? path : undefined;
}

function makeOne(): string | undefined {
  const python = join(folder, "bin", "python");
  if (run("python3", ["-m", "venv", folder]) === undefined) return undefined;
  return run(python, ["-m", "pip", "install", "--quiet", `jinja2==${JINJA}`]) === undefined ? undefined : python;
}

function run(command: string, args: string[]): string | undefined {
  try {
    return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], timeout: 120_000 });
  } catch {
    return undefined;
  }
}
