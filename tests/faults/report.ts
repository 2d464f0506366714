import { readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../support/installation.ts";
import type { Outcome, Plan } from "./scenario.ts";

const page = join(projectRoot, "docs/reliability.md");
const [begin, finish] = ["<!-- figures: begin -->", "<!-- figures: end -->"];

/** Puts what the long form found between the markers of the page; the rest of it is written by hand. */
export function writeReport(plan: Plan, outcomes: readonly Outcome[], ms: number): void {
  const text = readFileSync(page, "utf8");
  const [before, after] = [text.indexOf(begin), text.indexOf(finish)];
  if (before < 0 || after < 0) throw new Error(`${page} lacks its markers`);
  const figures = figuresOf(plan, outcomes, ms);
  writeFileSync(page, `${text.slice(0, before + begin.length)}\n${figures}\n${text.slice(after)}`);
}

function figuresOf({ seed, kills }: Plan, outcomes: readonly Outcome[], ms: number): string {
  const [cpu] = cpus();
  const machine = `${cpus().length} cores (${cpu?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}`;
  const date = new Date().toISOString().slice(0, 10);
  return [
    `${date}, \`npm run test:faults -- --long --kills ${kills} --seed ${seed}\`, ${Math.round(ms / 60_000)} minutes, ${machine}.`,
    "",
    `| | ${outcomes.map(({ installation }) => installation).join(" | ")} |`,
    `| --- |${outcomes.map(() => " ---: |").join("")}`,
    ...rows(outcomes).map(([name, ...values]) => `| ${name} | ${values.join(" | ")} |`),
    "",
    ...outcomes.flatMap(({ installation, counts }) => [
      `What was done to the ${installation} installation: ${[...counts].map(([what, times]) => `${what}: ${times}`).join(", ")}.`,
      "",
    ]),
    ...outcomes.flatMap(failures),
  ]
    .join("\n")
    .trimEnd();
}

function rows(outcomes: readonly Outcome[]): (string | number)[][] {
  const each = (name: string, value: (outcome: Outcome) => string | number) => [name, ...outcomes.map(value)];
  const slowest = (cause: string, disturbed: boolean) => (outcome: Outcome) => {
    const times = outcome.takeovers.filter((one) => one.cause === cause && (disturbed || !one.disturbed));
    return times.length === 0 ? "–" : `${(Math.max(...times.map(({ ms }) => ms)) / 1000).toFixed(1)} s`;
  };
  const broken = (part: string) => (outcome: Outcome) =>
    outcome.checks.filter(({ name }) => name.includes(part)).reduce((sum, { problems }) => sum + problems.length, 0);
  return [
    each("kill -9", ({ kills }) => kills),
    each("runs accepted", ({ runs }) => runs),
    each("runs lost", broken("is lost, and")),
    each("runs failed", broken("no run failed")),
    each("effects", ({ effects }) => effects),
    each("effects delivered again under their key", ({ repeatedDeliveries }) => repeatedDeliveries),
    each("effects doubled", broken("effect was asked")),
    each("streams that were cut and taken up again", ({ reconnects }) => reconnects),
    each("readers with another text than the stored one", broken("text that readers")),
    each("writes to conversations lost", broken("write to a conversation")),
    each("takeovers after a crash", ({ takeovers }) => takeovers.filter(({ cause }) => cause === "crash").length),
    each("slowest takeover after a crash", slowest("crash", false)),
    each("the same, with other faults meanwhile", slowest("crash", true)),
    each("slowest handover after SIGTERM", slowest("handover", false)),
    each("longest time that a run had no owner", ({ longestWithoutOwnerMs: longest }) =>
      longest === 0 ? "–" : `${(longest / 1000).toFixed(1)} s`,
    ),
  ];
}

function failures({ installation, checks }: Outcome): string[] {
  return checks
    .filter(({ problems }) => problems.length > 0)
    .map(({ name, problems }) => `- **Not met** (${installation}): ${name}; ${problems.length} times.`);
}
