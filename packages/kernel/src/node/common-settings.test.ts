import { expect, it } from "vitest";
import { commonSettings, readConfig, runTimeLimitsOf, runTimeSettings } from "./index.ts";

const notTimers = [
  "DIWAN_QUEUE_DEADLINE_SECONDS",
  "FILES_ACCESS_TIMEOUT",
  "HUMAN_INPUT_GLOBAL_TIMEOUT_SECONDS",
] as const;
const timers = Object.entries(commonSettings)
  .filter(
    ([name, { meaning }]) => /_SECONDS$|TIMEOUT|EXECUTION_TIME/.test(name) && /second|how long/i.test(meaning + name),
  )
  .map(([name]) => name)
  .filter((name) => !(notTimers as readonly string[]).includes(name));

it("knows its timers", () => {
  expect(timers).toHaveLength(15);
});

it.each(timers)("refuses what %s could not wait: a timer that is set to more fires at once", (name) => {
  expect(() => readConfig(commonSettings, { [name]: "2147484" })).toThrow(
    new RegExp(`${name}: is more than a timer can wait, 2147483 s`),
  );
  expect(readConfig(commonSettings, { [name]: "2147483" })).toMatchObject({ [name]: 2_147_483 });
});

it.each(notTimers)("takes a year for %s, which no timer waits for", (name) => {
  expect(readConfig(commonSettings, { [name]: "31536000" })[name]).toBe(31_536_000);
});

it("takes the names that operators know, and its own where both are set", () => {
  const known = { CELERY_TASK_SOFT_TIME_LIMIT: "100", CELERY_TASK_TIME_LIMIT: "120" };
  expect(readConfig(runTimeSettings, known)).toMatchObject({
    DIWAN_RUN_SOFT_SECONDS: 100,
    DIWAN_RUN_HARD_SECONDS: 120,
  });
  expect(readConfig(runTimeSettings, { ...known, DIWAN_RUN_SOFT_SECONDS: "50" })).toMatchObject({
    DIWAN_RUN_SOFT_SECONDS: 50,
    DIWAN_RUN_HARD_SECONDS: 120,
  });
  // Charts that write all names leave some of them empty.
  expect(readConfig(runTimeSettings, { ...known, DIWAN_RUN_SOFT_SECONDS: "" }).DIWAN_RUN_SOFT_SECONDS).toBe(100);
  expect(readConfig(runTimeSettings, { CELERY_TASK_TIME_LIMIT: "" }).DIWAN_RUN_HARD_SECONDS).toBe(600);
});

it("says under which name a value is wrong", () => {
  expect(() => readConfig(runTimeSettings, { CELERY_TASK_TIME_LIMIT: "ten" })).toThrow(
    /^ {2}CELERY_TASK_TIME_LIMIT: .*for example CELERY_TASK_TIME_LIMIT=600/m,
  );
  expect(() => readConfig(runTimeSettings, { CELERY_TASK_TIME_LIMIT: "-1" })).toThrow(/CELERY_TASK_TIME_LIMIT/);
});

it("lets the smallest of the names for one limit count", () => {
  const soft = (environment: Record<string, string>) =>
    runTimeLimitsOf(readConfig(runTimeSettings, environment)).softMs;
  expect(soft({})).toBe(540_000);
  expect(soft({ APP_MAX_EXECUTION_TIME: "60" })).toBe(60_000);
  expect(soft({ WORKFLOW_MAX_EXECUTION_TIME: "30", APP_MAX_EXECUTION_TIME: "60" })).toBe(30_000);
  expect(soft({ DIWAN_RUN_SOFT_SECONDS: "2000" })).toBe(1_200_000);
});
