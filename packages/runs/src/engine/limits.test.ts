import { describe, expect, it } from "vitest";
import { defaultRunLimits as installation, limitsFor } from "./limits.ts";

describe("an app's own limits", () => {
  const times = (own: Parameters<typeof limitsFor>[1], change = {}) => {
    const { softMs, hardMs, maxSteps } = limitsFor({ ...installation, ...change }, own);
    return [softMs / 1000, hardMs / 1000, maxSteps];
  };

  it("count in place of the installation's, smaller or greater", () => {
    expect(times({})).toEqual([540, 600, 500]);
    expect(times({ softMs: 60_000, hardMs: 70_000, maxSteps: 20 })).toEqual([60, 70, 20]);
    expect(times({ softMs: 1_000_000, hardMs: 1_100_000 })).toEqual([1000, 1100, 500]);
  });

  it("never rise above what the installation allows", () => {
    expect(times({ softMs: 9e9, hardMs: 9e9, maxSteps: 9e9 })).toEqual([1200, 3600, 500]);
    expect(times({ softMs: 9e9, hardMs: 9e9 }, { maxHardMs: 700_000 })).toEqual([700, 700, 500]);
    // An installation that gives every run more gives an app no less.
    expect(times({ hardMs: 9e9 }, { softMs: 900_000, hardMs: 1_000_000, maxHardMs: 700_000 })).toEqual([
      900, 1000, 500,
    ]);
  });

  it("keep the proportion of soft to hard where the app names one of them", () => {
    expect(times({ softMs: 900_000 })).toEqual([900, 1000, 500]);
    expect(times({ hardMs: 30_000 })).toEqual([27, 30, 500]);
    expect(times({ softMs: 60_000, hardMs: 30_000 })).toEqual([30, 30, 500]);
  });
});
