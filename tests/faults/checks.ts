import { isDeepStrictEqual } from "node:util";
import type pg from "pg";
import type { Arrival } from "./outside.ts";
import type { RunReader } from "./run-reader.ts";

export type Check = { name: string; problems: string[] };

export type Evidence = {
  pool: Pick<pg.Pool, "query">;
  /** By app: the run that nothing disturbed. */
  undisturbed: ReadonlyMap<string, RunReader>;
  readers: readonly RunReader[];
  arrivals: readonly Arrival[];
};

type RunRow = {
  id: string;
  appId: string;
  status: string;
  answer: string;
  outputs: Record<string, unknown>;
  error: { code: string; message: string } | null;
  conversationId: string | null;
  openForms: number;
};

/** What must hold of an installation at the end, whatever was done to it. */
export async function checkInstallation(evidence: Evidence): Promise<Check[]> {
  const runs = await readRuns(evidence.pool);
  const byId = new Map(runs.map((run) => [run.id, run]));
  return [
    everyRunEnded(runs),
    noneLost(evidence, byId),
    noneFailed(runs),
    outputsAreThoseOfUndisturbedRuns(evidence, runs),
    textIsWhatIsStored(evidence, byId),
    framesCameInOrder(evidence),
    noEffectTwice(evidence),
    noEffectAfterItsSuccess(evidence, await readSettled(evidence.pool)),
    noEffectMissing(evidence, runs),
    await noWriteLost(evidence, runs),
  ];
}

function everyRunEnded(runs: readonly RunRow[]): Check {
  const left = runs.filter(({ status, openForms }) =>
    status === "paused" ? openForms === 0 : status === "queued" || status === "running",
  );
  return {
    name: "every run ended, or waits for a person",
    problems: left.map(({ id, status }) => `${id} is ${status}`),
  };
}

function noneLost({ readers }: Evidence, runs: ReadonlyMap<string, RunRow>): Check {
  const problems = readers.flatMap(({ runId, status }) => {
    const stored = runs.get(runId!);
    if (stored === undefined) return [`${runId} was accepted and is gone`];
    if (status === undefined) return [`${runId}: its reader was never told the end; it is ${stored.status}`];
    return status === stored.status ? [] : [`${runId} is ${stored.status}, its reader was told ${status}`];
  });
  return { name: "no accepted run is lost, and every reader was told the end", problems };
}

function noneFailed(runs: readonly RunRow[]): Check {
  const failed = runs.filter(({ status }) => status === "failed" || status === "stopped");
  return { name: "no run failed", problems: failed.map(({ id, error }) => `${id}: ${error?.code} ${error?.message}`) };
}

function outputsAreThoseOfUndisturbedRuns({ undisturbed }: Evidence, runs: readonly RunRow[]): Check {
  const problems = runs.flatMap(({ id, appId, status, outputs, answer }) => {
    const expected = undisturbed.get(appId);
    if (expected === undefined || status !== "succeeded") return [];
    const isEqual =
      isDeepStrictEqual(withoutTurn(outputs), withoutTurn(expected.outputs)) &&
      withoutTurn(answer) === withoutTurn(expected.text);
    return isEqual
      ? []
      : [
          `${id} of ${expected.app.name}: ${JSON.stringify({ outputs, answer })}\n      instead of ${JSON.stringify({ outputs: expected.outputs, answer: expected.text })}`,
        ];
  });
  return { name: "outputs are those of undisturbed runs", problems };
}

function textIsWhatIsStored({ readers }: Evidence, runs: ReadonlyMap<string, RunRow>): Check {
  const problems = readers.flatMap(({ runId, status, text, reconnects, lastFrame }) => {
    const answer = runs.get(runId!)?.answer;
    if (status === undefined || answer === undefined || text === answer) return [];
    return [
      `${runId} (${reconnects} reconnects, last frame ${lastFrame}): ${JSON.stringify(text)}\n      stored ${JSON.stringify(answer)}`,
    ];
  });
  return { name: "the text that readers put together is the stored one, byte for byte", problems };
}

function framesCameInOrder({ readers }: Evidence): Check {
  const problems = readers.flatMap(({ runId, disorder }) => disorder.map((what) => `${runId}: ${what}`));
  return { name: "no frame came twice or out of order", problems };
}

function noEffectTwice({ arrivals }: Evidence): Check {
  const keys = new Map<string, Set<string>>();
  for (const { key, ...arrival } of arrivals) {
    const effect = nameOf(arrival);
    keys.set(effect, (keys.get(effect) ?? new Set()).add(key));
  }
  const twice = [...keys].filter(([, all]) => all.size > 1);
  const problems = twice.map(([effect, all]) => `${effect} came under ${all.size} keys`);
  const shared = new Map<string, string>();
  for (const arrival of arrivals) {
    const first = shared.get(arrival.key) ?? nameOf(arrival);
    shared.set(arrival.key, first);
    if (first !== nameOf(arrival)) problems.push(`${first} and ${nameOf(arrival)} share a key`);
  }
  return { name: "no effect was asked for under two keys", problems };
}

function noEffectAfterItsSuccess({ arrivals }: Evidence, settled: ReadonlyMap<string, number>): Check {
  const problems = arrivals.flatMap((arrival) => {
    const at = settled.get(nameOf(arrival));
    return at !== undefined && arrival.at > at
      ? [`${nameOf(arrival)} came ${arrival.at - at} ms after its success`]
      : [];
  });
  return { name: "no effect was asked for again after its recorded success", problems };
}

function noEffectMissing({ undisturbed, arrivals }: Evidence, runs: readonly RunRow[]): Check {
  const effects = new Map<string, Set<string>>();
  for (const { run, step, round } of arrivals) {
    effects.set(run, (effects.get(run) ?? new Set()).add(`${step}/${round}`));
  }
  const problems = runs.flatMap(({ id, appId, status }) => {
    const reference = undisturbed.get(appId)?.runId;
    if (reference === undefined || status !== "succeeded") return [];
    const [expected, seen] = [effects.get(reference), effects.get(id)].map((all) => [...(all ?? [])].sort().join(" "));
    return expected === seen ? [] : [`${id}: ${seen} instead of ${expected}`];
  });
  return { name: "no effect is missing", problems };
}

/** The counter of a conversation goes up by one with each turn, in their order. */
async function noWriteLost({ pool, undisturbed }: Evidence, runs: readonly RunRow[]): Promise<Check> {
  const { rows } = await pool.query<{ id: string; value: unknown }>(
    "select conversation_id as id, value::text as value from conversation_variable where variable_id = 'count'",
  );
  const problems: string[] = [];
  const stored = new Map(rows.map(({ id, value }) => [id, Number(value)]));
  const conversations = Map.groupBy(
    runs.filter((run) => run.conversationId !== null),
    (run) => run.conversationId!,
  );
  for (const [id, turns] of conversations) {
    if (turns.some(({ status }) => status !== "succeeded")) continue;
    const shown = turns.map(({ answer }) => Number(/Turn (\d+)\.$/.exec(answer)?.[1]));
    const expected = turns.map((_, place) => place + 1);
    const isOrdered = isDeepStrictEqual(
      shown.toSorted((a, b) => a - b),
      expected,
    );
    // One that waited for a person shows what the turns meanwhile have made of it.
    const waits = undisturbed.get(turns[0]!.appId)?.app.content.includes('"human-input"') === true;
    if (!isOrdered && !waits) problems.push(`${id}: its turns say ${shown.join(", ")}`);
    if (stored.get(id) !== turns.length)
      problems.push(`${id}: ${stored.get(id)} is stored after ${turns.length} turns`);
  }
  return { name: "no write to a conversation is lost", problems };
}

async function readRuns(pool: Evidence["pool"]): Promise<RunRow[]> {
  const { rows } = await pool.query<RunRow>(`
    select id, app_id as "appId", status, answer, outputs, error, conversation_id as "conversationId",
      (select count(*)::int from human_input_form form where form.run_id = run.id and form.status = 'open') as "openForms"
    from run order by created_at, id`);
  return rows;
}

/** When each effect's success was recorded, by the effect's name. */
async function readSettled(pool: Evidence["pool"]): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ run: string; step: string; frame: [string, number][]; at: string }>(`
    select run_id as run, entry->>'nodeId' as step, entry->'frame' as frame, entry->>'finishedAt' as at from run_step
    where entry->>'kind' = 'settled' and entry->>'nodeType' = 'http-request' and entry->>'status' = 'succeeded'`);
  return new Map(
    rows.map(({ run, step, frame, at }) => [nameOf({ run, step, round: String(frame.at(-1)?.[1] ?? "") }), Number(at)]),
  );
}

function nameOf({ run, step, round }: Pick<Arrival, "run" | "step" | "round">): string {
  return `${run} ${step}${round === "" ? "" : `[${round}]`}`;
}

function withoutTurn<Shown>(shown: Shown): Shown {
  return JSON.parse(JSON.stringify(shown).replace(/Turn \d+\./, "Turn N.")) as Shown;
}
