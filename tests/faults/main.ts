import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { clusterScenario } from "./cluster-scenario.ts";
import { embeddedScenario } from "./embedded-scenario.ts";
import { writeReport } from "./report.ts";
import type { Outcome, Plan } from "./scenario.ts";
import { missingServers } from "./servers.ts";

const { values } = parseArgs({
  options: {
    long: { type: "boolean", default: false },
    kills: { type: "string", default: "200" },
    minutes: { type: "string" },
    seed: { type: "string" },
    only: { type: "string" },
  },
});
const isLong = values.long;
const kills = Number(values.kills);
const startedAt = Date.now();
const plan: Plan = {
  seed: Number(values.seed ?? (isLong ? Date.now() % 100_000 : 7)),
  kills,
  minutes: Number(values.minutes ?? kills * 0.18),
  apps: isLong ? 14 : 4,
  lanes: isLong ? { cluster: 6, embedded: 3 } : { cluster: 5, embedded: 3 },
  isLong,
  say: (line) => process.stdout.write(`${((Date.now() - startedAt) / 1000).toFixed(1).padStart(7)} s  ${line}\n`),
};

/** A quarter of the kills is for the embedded installation. */
const share = (part: number): Plan => ({ ...plan, kills: Math.round(kills * part) });
const folder = mkdtempSync(join(tmpdir(), "diwan-faults-"));
// Postgres runs as a user of its own.
chmodSync(folder, 0o755);
const scenarios: Promise<Outcome>[] = [];
const skipped: string[] = [];
const wanted = (name: string) => values.only === undefined || values.only === name;
if (wanted("cluster")) {
  const missing = missingServers();
  if (missing === undefined) scenarios.push(clusterScenario(share(0.75), mkdtempSync(join(folder, "cluster-"))));
  else skipped.push(`cluster (${missing})`);
}
if (wanted("embedded")) scenarios.push(embeddedScenario(share(0.25), mkdtempSync(join(folder, "embedded-"))));

plan.say(`${isLong ? `long form, ${kills} kills in ${plan.minutes} minutes` : "short form"}, seed ${plan.seed}`);
const results = await Promise.allSettled(scenarios);
rmSync(folder, { recursive: true, force: true });
const broken = results.flatMap((result) => (result.status === "rejected" ? [result.reason as Error] : []));
const outcomes = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));

process.stdout.write("\n");
for (const error of broken) process.stdout.write(`FAIL  ${error.stack ?? error}\n`);
let [passed, failed] = [0, broken.length];
for (const { installation, checks, skipped: left, ...done } of outcomes) {
  skipped.push(...left);
  for (const { name, problems } of checks) {
    process.stdout.write(`${problems.length === 0 ? "ok  " : "FAIL"}  ${installation}: ${name}\n`);
    for (const problem of problems.slice(0, 8)) process.stdout.write(`      ${problem}\n`);
    if (problems.length > 8) process.stdout.write(`      and ${problems.length - 8} more\n`);
    if (problems.length === 0) passed += 1;
    else failed += 1;
  }
  const slowest = (cause: string) =>
    Math.max(0, ...done.takeovers.filter((one) => one.cause === cause).map(({ ms }) => ms));
  process.stdout.write(
    `      ${done.runs} runs, ${done.reconnects} reconnects, ${done.effects} effects (${done.repeatedDeliveries} repeated deliveries), ` +
      `slowest takeover after a crash ${(slowest("crash") / 1000).toFixed(1)} s, handover ${(slowest("handover") / 1000).toFixed(1)} s\n` +
      `      ${[...done.counts].map(([what, times]) => `${what}: ${times}`).join(", ")}\n`,
  );
}
for (const what of skipped) process.stdout.write(`Skipped: ${what}\n`);
if (isLong && values.only === undefined) writeReport(plan, outcomes, Date.now() - startedAt);
const requireAll = process.env["DIWAN_TEST_REQUIRE_ALL"] === "1";
if (requireAll && skipped.length > 0) process.stdout.write("Nothing may be skipped here.\n");
process.stdout.write(`${passed} passed, ${failed} failed, ${skipped.length} skipped\n`);
process.exit(failed > 0 || (requireAll && skipped.length > 0) ? 1 : 0);
