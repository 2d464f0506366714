import { isFloat, isInteger, numberOf } from "@diwan/workflow";
import { z } from "zod";
import { AnyValue, listOf, textOrEmpty } from "../settings.ts";

const CLOCK_TIME = /^(0?[1-9]|1[0-2]):[0-5]\d ?(AM|PM)$/i;
/** Five fields of numbers, names, ranges, lists and steps. */
const CRON = /^(?:[\w*/,#?-]+\s+){4}[\w*/,#?-]+$/;

const Minute = AnyValue.nullish()
  .transform((value) => (isInteger(value) || isFloat(value) ? numberOf(value as number) : 0))
  .refine((minute) => Number.isInteger(minute) && minute >= 0 && minute <= 59, "must be from 0 to 59");

const Visual = z.object({
  on_minute: Minute,
  time: textOrEmpty
    .transform((time) => time || "12:00 AM")
    .refine((time) => CLOCK_TIME.test(time), 'must be a time such as "8:30 AM"'),
  weekdays: listOf(z.enum(["sun", "mon", "tue", "wed", "thu", "fri", "sat"])),
  monthly_days: listOf(z.union([z.literal("last"), z.number().int().min(1).max(31)])),
});

/** @source the app file contract, triggers */
export const ScheduleSettings = z
  .object({
    mode: z
      .enum(["visual", "cron"])
      .nullish()
      .transform((mode) => mode ?? "visual"),
    frequency: z
      .enum(["hourly", "daily", "weekly", "monthly"])
      .or(z.literal(""))
      .nullish()
      .transform((frequency) => frequency || "daily"),
    cron_expression: textOrEmpty,
    visual_config: Visual.nullish().transform((config) => config ?? Visual.parse({})),
    timezone: textOrEmpty
      .transform((zone) => zone || "UTC")
      .refine(isTimeZone, 'must be the name of a time zone, such as "Asia/Riyadh"'),
  })
  .superRefine(({ mode, cron_expression }, context) => {
    if (mode !== "cron" || CRON.test(cron_expression.trim())) return;
    const message = "must have five fields: minute, hour, day, month and weekday";
    context.addIssue({ code: "custom", path: ["cron_expression"], message });
  });
export type ScheduleSettings = z.output<typeof ScheduleSettings>;

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
