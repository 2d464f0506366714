import type { Random } from "../properties/random.ts";
import type { Check } from "./checks.ts";
import { faultApp } from "./fault-app.ts";
import { type FaultInstallation, type PublishedFaultApp, publish } from "./installation.ts";
import type { Takeover } from "./ownership.ts";

/** How much is done. */
export type Plan = {
  seed: number;
  /** Times of kill -9, for both installations together. */
  kills: number;
  /** During which they happen. */
  minutes: number;
  apps: number;
  /** Runs at a time. */
  lanes: { cluster: number; embedded: number };
  isLong: boolean;
  say(line: string): void;
};

/** What became of it. */
export type Outcome = {
  installation: FaultInstallation["name"];
  checks: Check[];
  /** Reasons for what could not be done on this machine. */
  skipped: string[];
  counts: ReadonlyMap<string, number>;
  kills: number;
  runs: number;
  reconnects: number;
  effects: number;
  repeatedDeliveries: number;
  takeovers: Takeover[];
  longestWithoutOwnerMs: number;
};

export async function publishApps(
  { console }: FaultInstallation,
  plan: Plan,
  effectUrl: string,
): Promise<PublishedFaultApp[]> {
  const apps: PublishedFaultApp[] = [];
  for (let place = 0; place < plan.apps; place += 1) {
    apps.push(await publish(console, faultApp(plan.seed * 1_000 + place, effectUrl)));
  }
  return apps;
}

/** Waits between two faults, so that all of them fit. */
export function pauseMs(random: Random, totalMs: number, faults: number): number {
  return (totalMs / faults) * (0.4 + 1.2 * random.next());
}

export function effectsOf(arrivals: readonly { key: string }[]): { effects: number; repeatedDeliveries: number } {
  const effects = new Set(arrivals.map(({ key }) => key)).size;
  return { effects, repeatedDeliveries: arrivals.length - effects };
}
