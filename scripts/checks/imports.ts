import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

/** One row of the import table in ARCHITECTURE.md. */
export type ImportRule = {
  /** The row's first cell: which code. */
  row: string;
  /** Matches that code's paths, from the project's root. */
  code: RegExp;
  /** Matches what it stays clear of, and why. Packages of ours by name, others as they are imported. */
  forbidden: [pattern: RegExp, why: string][];
};

const tests = "(?!.*\\.test\\.tsx?$)";
const within = (path: string) => new RegExp(`^${path}${tests}`);

/** A test holds this list and the table in ARCHITECTURE.md against each other. */
export const importRules: ImportRule[] = [
  {
    row: "`kernel`, `contracts`",
    code: within("packages/(kernel|contracts)/"),
    forbidden: [[/^@diwan\//, "kernel and contracts import nothing of ours"]],
  },
  {
    row: "all of `workflow`",
    code: within("packages/workflow/src/"),
    forbidden: [
      [/^node:/, "the workflow package runs in browsers too"],
      [/^@diwan\/(?!kernel$|contracts$)/, "the workflow package imports kernel and contracts only"],
    ],
  },
  {
    row: "any `core/`",
    code: within("packages/[\\w-]+/src/core/"),
    forbidden: [[/^node:/, "a core is pure"]],
  },
  {
    row: "`packages/<noun>`",
    code: within("packages/(?!storage/|testkit/)"),
    forbidden: [
      [/^@diwan\/storage/, "packages name ports; stores implement them"],
      [/^@diwan\/testkit/, "only tests use the test kit"],
      [/^@diwan\/(api|worker|egress-proxy|standalone|console|ui)/, "packages know no process and no page"],
    ],
  },
  {
    row: "`storage`, `testkit`",
    code: /^packages\/(storage|testkit)\//,
    forbidden: [
      [/^@diwan\/(api|worker|egress-proxy|standalone|console|ui)/, "stores and test kit know no process and no page"],
    ],
  },
  {
    row: "`services/api`, `services/worker`, `services/egress-proxy`",
    code: within("services/(api|worker|egress-proxy)/"),
    forbidden: [
      [
        /^@diwan\/(api|worker|egress-proxy|standalone)/,
        "processes do not import each other; only standalone joins them",
      ],
      [/^@diwan\/testkit/, "only tests use the test kit"],
    ],
  },
  {
    row: "`services/standalone`",
    code: within("services/standalone/"),
    forbidden: [[/^@diwan\/(testkit|console|ui)/, "standalone joins processes; it knows no page and no test kit"]],
  },
  {
    row: "`web/*`",
    // Build files beside `src` run under Node.
    code: within("web/[\\w-]+/src/"),
    forbidden: [
      [/^@diwan\/(?!contracts$|workflow$|ui$|ui\/)/, "pages import contracts, workflow and web/ui only"],
      [/^node:/, "pages run in browsers"],
    ],
  },
  {
    row: "`web/*/src/features`",
    code: within("web/[\\w-]+/src/features/"),
    forbidden: [[/^@mantine\//, "features import web/ui, never the component library"]],
  },
];

/** Every import that the table forbids, one line each. */
export function checkImports(root: string): string[] {
  return sourceFiles(root).flatMap((path) => {
    const name = relative(root, path).split(sep).join("/");
    return importsOf(readFileSync(path, "utf8")).flatMap((target) => problemsOf(name, target));
  });
}

export function problemsOf(file: string, target: string): string[] {
  const crosses = crossesPackages(file, target);
  const problems = importRules
    .filter(({ code }) => code.test(file))
    .flatMap(({ forbidden }) => forbidden.filter(([pattern]) => pattern.test(target)).map(([, why]) => why));
  if (/^@diwan\/[\w-]+\/src\//.test(target)) problems.push("import a package through its index");
  if (crosses) problems.push("import another package by its name, not by a path into it");
  return [...new Set(problems)].map((why) => `${file}: imports ${target}: ${why}`);
}

/** A relative path that leaves the package. Build files and tests at the top may look at what they build and test. */
function crossesPackages(file: string, target: string): boolean {
  if (!target.startsWith(".")) return false;
  const [area, name, source] = file.split("/");
  if (!["packages", "services", "web"].includes(area!) || source !== "src") return false;
  const landed = join(file, "..", target).split(sep).join("/");
  return !landed.startsWith(`${area}/${name}/`);
}

export function importsOf(text: string): string[] {
  const pattern =
    /(?:^|\n)\s*(?:import|export)\b[^"'\n;]*?(?:\{[^}]*\}[^"'\n;]*?)?from\s*["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)|(?:^|\n)\s*import\s+["']([^"']+)["']/g;
  return [...text.matchAll(pattern)].map((match) => (match[1] ?? match[2] ?? match[3])!);
}

const skippedFolders = new Set(["node_modules", "dist", "__fixtures__", ".cache"]);

export function sourceFiles(root: string): string[] {
  const found: string[] = [];
  const walk = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !skippedFolders.has(entry.name)) walk(path);
      else if (entry.isFile() && /\.[cm]?[jt]sx?$/.test(entry.name)) found.push(path);
    }
  };
  for (const area of ["packages", "services", "web"]) walk(join(root, area));
  return found;
}
