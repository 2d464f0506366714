import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const report = join(root, ".cache", "tests.json");

type Assertion = { status: string; fullName: string };
type Report = {
  numPassedTests: number;
  numFailedTests: number;
  testResults: { name: string; status: string; message: string; assertionResults: Assertion[] }[];
};

/**
 * Runs every suite that this machine can run, says what was skipped, and ends with the count. With
 * DIWAN_TEST_REQUIRE_ALL=1 a skip is a failure: that is how CI runs.
 */
mkdirSync(dirname(report), { recursive: true });
rmSync(report, { force: true });
const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
const args = [
  vitest,
  "run",
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${report}`,
  ...process.argv.slice(2),
];
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });

const { numPassedTests: passed, numFailedTests, testResults } = JSON.parse(readFileSync(report, "utf8")) as Report;
// A file that cannot even be loaded has no tests to fail.
const broken = testResults.filter((file) => file.status === "failed" && file.assertionResults.length === 0);
const skipped = testResults.flatMap((file) =>
  file.assertionResults.filter((one) => ["pending", "skipped", "todo"].includes(one.status)).map((one) => one.fullName),
);
const failed = numFailedTests + broken.length;
const requireAll = process.env["DIWAN_TEST_REQUIRE_ALL"] === "1";

process.stdout.write("\n");
for (const file of broken) process.stdout.write(`Could not be loaded: ${file.name}\n`);
for (const [suite, count] of grouped(skipped)) process.stdout.write(`Skipped (${count}): ${suite}\n`);
if (requireAll && skipped.length > 0) process.stdout.write("Nothing may be skipped here.\n");
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped.length} skipped\n`);
process.exitCode = failed > 0 || status !== 0 || (requireAll && skipped.length > 0) ? 1 : 0;

/** A suite that needs a service is skipped as a whole; its name says what it needs. */
function grouped(names: readonly string[]): Map<string, number> {
  const suites = new Map<string, number>();
  for (const name of names) {
    const suite = /^.*?\((?:skipped|needs)[^)]*\)/.exec(name)?.[0] ?? name;
    suites.set(suite, (suites.get(suite) ?? 0) + 1);
  }
  return suites;
}
