import { type JsonRecord, numberAt, recordAt, stringAt } from "./json.ts";

type Time = { hour: number; minute: number };
/** When a schedule starts the app; weekdays count from Sunday, 0. */
export type Schedule =
  | { kind: "minutes"; every: number }
  | { kind: "hourly"; minute: number }
  | { kind: "daily"; time: Time }
  | { kind: "weekly"; days: number[]; time: Time }
  | { kind: "monthly"; days: (number | "last")[]; time: Time }
  /** A rule that has no plain words. */
  | { kind: "cron"; text: string };

export function scheduleOf(data: JsonRecord): Schedule | undefined {
  if (stringAt(data, "mode") === "cron") return cronSchedule(stringAt(data, "cron_expression"));
  const plan = recordAt(data, "visual_config");
  const time = timeOf(stringAt(plan, "time"));
  switch (stringAt(data, "frequency")) {
    case "hourly":
      return { kind: "hourly", minute: numberAt(plan, "on_minute") ?? 0 };
    case "daily":
      return { kind: "daily", time };
    case "weekly":
      return { kind: "weekly", days: listAt(plan, "weekdays").flatMap(weekdayOf), time };
    case "monthly":
      return { kind: "monthly", days: listAt(plan, "monthly_days").flatMap(monthDayOf), time };
    default:
      return undefined;
  }
}

const weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

function listAt(data: JsonRecord, key: string): unknown[] {
  const found = data[key];
  return Array.isArray(found) ? found : [];
}

function weekdayOf(name: unknown): number[] {
  const day = weekdays.indexOf(String(name).slice(0, 3).toLowerCase());
  return day < 0 ? [] : [day];
}

function monthDayOf(day: unknown): (number | "last")[] {
  if (day === "last") return ["last"];
  return typeof day === "number" && day >= 1 && day <= 31 ? [day] : [];
}

/** "9:30 PM" or "21:30". */
function timeOf(text: string): Time {
  const [, hour = "0", minute = "0", half = ""] = /^\s*(\d{1,2}):(\d{2})\s*([AP]M)?/i.exec(text) ?? [];
  const isAfternoon = half.toUpperCase() === "PM";
  return { hour: half === "" ? Number(hour) : (Number(hour) % 12) + (isAfternoon ? 12 : 0), minute: Number(minute) };
}

/** The rules that people mostly write, in words; any other stays as it is written. */
function cronSchedule(text: string): Schedule | undefined {
  const written = text.trim();
  if (written === "") return undefined;
  const [minutes = "", hours = "", days = "", months = "", names = "", ...rest] = written.split(/\s+/);
  const asWritten: Schedule = { kind: "cron", text: written };
  if (rest.length > 0 || months !== "*") return asWritten;
  const every = /^\*\/(\d+)$/.exec(minutes)?.[1];
  if (hours === "*" && days === "*" && names === "*") {
    if (every !== undefined) return { kind: "minutes", every: Number(every) };
    if (/^\d+$/.test(minutes)) return { kind: "hourly", minute: Number(minutes) };
  }
  if (!/^\d+$/.test(minutes) || !/^\d+$/.test(hours)) return asWritten;
  const time = { hour: Number(hours), minute: Number(minutes) };
  if (days === "*" && names === "*") return { kind: "daily", time };
  if (days === "*") {
    const listed = cronDays(names);
    return listed === undefined ? asWritten : { kind: "weekly", days: listed, time };
  }
  if (names === "*" && /^\d+(,\d+)*$/.test(days)) return { kind: "monthly", days: days.split(",").map(Number), time };
  return asWritten;
}

function cronDays(text: string): number[] | undefined {
  const days: number[] = [];
  for (const part of text.split(",")) {
    const [from, to] = part
      .split("-")
      .map((end) => (/^\d$/.test(end) ? Number(end) % 7 : weekdays.indexOf(end.toLowerCase())));
    if (from === undefined || from < 0 || (to !== undefined && to < from)) return undefined;
    for (let day = from; day <= (to ?? from); day += 1) days.push(day);
  }
  return days;
}
