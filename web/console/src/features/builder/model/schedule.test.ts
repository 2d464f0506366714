import { describe, expect, it } from "vitest";
import { scheduleOf } from "./schedule.ts";

const cron = (cron_expression: string) => scheduleOf({ mode: "cron", cron_expression });
const plan = (frequency: string, visual_config: Record<string, unknown>) =>
  scheduleOf({ mode: "visual", frequency, visual_config });

describe("a schedule", () => {
  it("is read from the plain picker", () => {
    expect(plan("hourly", { on_minute: 15 })).toEqual({ kind: "hourly", minute: 15 });
    expect(plan("daily", { time: "12:00 AM" })).toEqual({ kind: "daily", time: { hour: 0, minute: 0 } });
    expect(plan("weekly", { time: "9:30 PM", weekdays: ["mon", "Friday", "nonsense"] })).toEqual({
      kind: "weekly",
      days: [1, 5],
      time: { hour: 21, minute: 30 },
    });
    expect(plan("monthly", { time: "12:05 PM", monthly_days: [1, "last", 40] })).toEqual({
      kind: "monthly",
      days: [1, "last"],
      time: { hour: 12, minute: 5 },
    });
  });

  it("has words for the rules that people mostly write", () => {
    expect(cron("*/15 * * * *")).toEqual({ kind: "minutes", every: 15 });
    expect(cron("5 * * * *")).toEqual({ kind: "hourly", minute: 5 });
    expect(cron("30 9 * * *")).toEqual({ kind: "daily", time: { hour: 9, minute: 30 } });
    expect(cron("0 9 * * 1-5")).toMatchObject({ kind: "weekly", days: [1, 2, 3, 4, 5] });
    expect(cron("0 9 * * sun,7")).toMatchObject({ kind: "weekly", days: [0, 0] });
    expect(cron("0 0 1,15 * *")).toMatchObject({ kind: "monthly", days: [1, 15] });
  });

  it("shows any other rule as it is written", () => {
    for (const rule of ["0 9 * 6 *", "0 9-17 * * *", "0 9 1 * 1", "0 9 * * 5-1", "0 0 9 * * *", "@daily"]) {
      expect(cron(rule)).toEqual({ kind: "cron", text: rule });
    }
  });

  it("is none where the file says nothing of it", () => {
    expect([cron(" "), scheduleOf({})]).toEqual([undefined, undefined]);
  });
});
