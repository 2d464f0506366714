import { expect, it } from "vitest";
import { runNode } from "../test-support/run-node.ts";
import { ScheduleSettings } from "./settings.ts";
import { triggerScheduleNode } from "./trigger-schedule.node.ts";

it("begins a run and gives nothing", async () => {
  const data = { mode: "cron", cron_expression: "30 8 * * 1-5", timezone: "Asia/Riyadh" };
  expect(await runNode(triggerScheduleNode, { data })).toEqual({ status: "succeeded", outputs: {} });
  expect(triggerScheduleNode.kind).toBe("root");
});

it("has defaults for everything that files leave out", () => {
  expect(ScheduleSettings.parse({ cron_expression: "" })).toEqual({
    mode: "visual",
    frequency: "daily",
    cron_expression: "",
    visual_config: { on_minute: 0, time: "12:00 AM", weekdays: [], monthly_days: [] },
    timezone: "UTC",
  });
});

it.each([
  { mode: "cron", cron_expression: "" },
  { mode: "cron", cron_expression: "30 8 * *" },
  { mode: "cron", cron_expression: "30 8 * * 1; rm" },
  { timezone: "Mars/Olympus" },
  { visual_config: { on_minute: 60 } },
  { visual_config: { time: "25:00" } },
  { visual_config: { weekdays: ["someday"] } },
  { visual_config: { monthly_days: [32] } },
])("refuses %j", (settings) => {
  expect(ScheduleSettings.safeParse(settings).success).toBe(false);
});
