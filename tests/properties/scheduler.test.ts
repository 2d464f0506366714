import { isDeepStrictEqual } from "node:util";
import { readAppFile } from "@diwan/workflow";
import { expect, it } from "vitest";
import { difference, orderOf } from "./compare.ts";
import { type EngineRun, runEngine, watchEngine } from "./engine-run.ts";
import { Random } from "./random.ts";
import { type RandomApp, randomApp, textOf } from "./random-app.ts";
import { interpret } from "./reference-interpreter.ts";
import { shrink } from "./shrink.ts";

/** DIWAN_SEED=<seed of a failure> DIWAN_PROPERTY_CASES=1 runs that one app again. */
const firstSeed = Number(process.env["DIWAN_SEED"] ?? 1);
const cases = Number(process.env["DIWAN_PROPERTY_CASES"] ?? 150);
const TIMEOUT_MS = 60_000 + cases * 200;
const PREFIXES = 4;
const MOMENTS = 12;

it("comes to what an interpreter of the contract comes to, whatever the app", { timeout: TIMEOUT_MS }, async () => {
  await holds(async (app) => againstReference(app, await runEngine(app)));
});

it("comes to it in whatever order steps end", { timeout: TIMEOUT_MS }, async () => {
  await holds(async (app, random) => againstReference(app, await runEngine(app, { delays: random })));
});

it("is at every moment what the journal so far folds to", { timeout: TIMEOUT_MS }, async () => {
  await holds(async (app, random) => {
    const { moments, journal, fold } = await watchEngine(app, random);
    for (const { length, state } of random.shuffled(moments).slice(0, MOMENTS)) {
      const folded = fold(journal.slice(0, length));
      if (isDeepStrictEqual(folded, state)) continue;
      return `after ${length} entries it is\n${JSON.stringify(state)}\nand the journal folds to\n${JSON.stringify(folded)}`;
    }
    return undefined;
  });
});

it("comes to the same when taken up again from any prefix of its journal", { timeout: TIMEOUT_MS }, async () => {
  await holds(async (app, random) => {
    const { journal } = await runEngine(app, { delays: random });
    for (let prefix = 0; prefix < PREFIXES; prefix += 1) {
      const kept = journal.slice(0, random.between(0, journal.length));
      const again = await runEngine(app, { delays: random, journal: kept });
      if (!isDeepStrictEqual(again.journal.slice(0, kept.length), kept)) return `${kept.length} entries did not stay`;
      const problem = await againstReference(app, again);
      if (problem !== undefined) return `from ${kept.length} of ${journal.length} entries: ${problem}`;
    }
    return undefined;
  });
});

async function againstReference(app: RandomApp, run: EngineRun): Promise<string | undefined> {
  const document = readAppFile(textOf(app)).file!.workflow!;
  return difference(run, await interpret(document, { ...app, order: orderOf(run.settled) }));
}

type Property = (app: RandomApp, random: Random) => Promise<string | undefined>;

/** Looks for an app on which a property does not hold, and shows the smallest that can be made of it. */
async function holds(property: Property): Promise<void> {
  for (let seed = firstSeed; seed < firstSeed + cases; seed += 1) {
    const problemOf = (app: RandomApp) => property(app, new Random(seed)).catch((error: Error) => `${error.stack}`);
    const app = randomApp(seed);
    const problem = await problemOf(app);
    if (problem === undefined) continue;
    const smallest = await shrink(app, async (smaller) => (await problemOf(smaller)) !== undefined);
    expect.fail(
      `DIWAN_SEED=${seed}: ${problem}\n\nThe smallest app like it: ${await problemOf(smallest)}\n` +
        `inputs ${JSON.stringify(app.inputs)}, query ${JSON.stringify(app.query)}\n${shown(smallest)}`,
    );
  }
}

/** One step on each line, then the edges. */
function shown({ mode, nodes, edges }: RandomApp): string {
  return [mode, ...nodes.map((node) => JSON.stringify(node)), edges.join("  ")].join("\n");
}
