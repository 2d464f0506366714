import type { ProblemAt } from "../problem.ts";
import { isFloat, isInteger, isObject, numberOf, type Value } from "../values/index.ts";

/** What an app allows its own runs. An installation may allow less. */
export type AppLimits = { softMs?: number; hardMs?: number; maxSteps?: number };

/**
 * Reads `diwan.limits` of an app file. Limits that nothing here counts yet are left alone, and so is what is no limit.
 *
 * @param problems  Told of what cannot be a limit.
 * @source the app file contract, our keys
 */
export function readAppLimits(limits: Value | undefined, problems: ProblemAt[] = []): AppLimits {
  if (limits === undefined || limits === null) return {};
  if (!isObject(limits)) {
    problems.push(problem("diwan.limits", "diwan.limits holds no keys. Write them like soft_seconds: 300."));
    return {};
  }
  const read = (key: string, isWhole: boolean, example: number): number | undefined => {
    const value = limits[key];
    if (value === undefined || value === null) return undefined;
    const number = isInteger(value) || isFloat(value) ? numberOf(value) : Number.NaN;
    if (number > 0 && Number.isFinite(number) && (!isWhole || Number.isInteger(number))) return number;
    const rule = isWhole ? "a whole number above 0" : "a number of seconds above 0";
    const sentence = `The app's limit ${key} has to be ${rule}, like ${key}: ${example}. Correct it, or leave it out.`;
    problems.push(problem(`diwan.limits.${key}`, sentence));
    return undefined;
  };
  const soft = read("soft_seconds", false, 300);
  const hard = read("hard_seconds", false, 360);
  const steps = read("steps", true, 200);
  return {
    ...(soft === undefined ? {} : { softMs: soft * 1000 }),
    ...(hard === undefined ? {} : { hardMs: hard * 1000 }),
    ...(steps === undefined ? {} : { maxSteps: steps }),
  };
}

function problem(path: string, message: string): ProblemAt {
  return { severity: "error", code: "app.limit-invalid", path, nodeId: null, message };
}
