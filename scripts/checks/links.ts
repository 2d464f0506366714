import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const skippedFolders = new Set(["node_modules", "dist", ".git", ".cache", ".data"]);

/** Links between the project's documents that lead nowhere, one line each. */
export function checkLinks(root: string): string[] {
  return documents(root).flatMap((path) => {
    const text = readFileSync(path, "utf8").replace(/```[\s\S]*?```/g, "");
    return [...text.matchAll(/!?\[[^\]]*\]\(([^)\s]+)\)/g)].flatMap((match) => {
      const problem = problemOf(path, match[1]!);
      return problem === undefined ? [] : [`${relative(root, path)}: ${match[1]}: ${problem}`];
    });
  });
}

function problemOf(document: string, target: string): string | undefined {
  if (/^[a-z]+:/i.test(target)) return undefined;
  const [path, anchor] = target.split("#") as [string, string | undefined];
  const file = path === "" ? document : join(dirname(document), path);
  if (!existsSync(file)) return "there is no such file";
  if (anchor === undefined || !file.endsWith(".md")) return undefined;
  return anchorsOf(readFileSync(file, "utf8")).has(anchor) ? undefined : "the document has no such heading";
}

function anchorsOf(text: string): Set<string> {
  const headings = [...text.matchAll(/^#+\s+(.+)$/gm)].map((match) => match[1]!);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} -]/gu, "")
        .trim()
        .replaceAll(" ", "-"),
    ),
  );
}

function documents(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return skippedFolders.has(entry.name) ? [] : documents(path);
    return entry.name.endsWith(".md") ? [path] : [];
  });
}
