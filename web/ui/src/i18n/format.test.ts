import { describe, expect, it } from "vitest";
import { createFormat } from "./format.ts";

const words: Record<string, string> = {
  "ui.duration.ms": "{n} ms",
  "ui.duration.s": "{n} s",
  "ui.duration.min": "{min} min {s} s",
  "ui.duration.h": "{h} h {min} min",
  "ui.duration.hours": "{h} h",
  "ui.duration.days": "{count} days",
  "ui.duration.below": "< {n} ms",
};
const t = (id: string, values: Record<string, string | number> = {}) =>
  Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, String(value)), words[id] ?? id);

describe("times and numbers", () => {
  const english = createFormat("en-GB", t);

  it("says a duration in the largest unit that keeps it readable", () => {
    expect([412.4, 3_180, 61_000].map(english.duration)).toEqual(["412 ms", "3.18 s", "1 min 1 s"]);
  });

  it("shows what took less than a millisecond, and waits of hours and days", () => {
    expect([0, 0.04, 0.4, 9.4, 999.6].map(english.duration)).toEqual(["< 1 ms", "< 0.1 ms", "0.4 ms", "9.4 ms", "1 s"]);
    const hour = 3_600_000;
    expect([hour, 35.2 * hour, 76 * hour].map(english.duration)).toEqual(["1 h", "35 h 12 min", "3 days"]);
  });

  it("says sizes of files, clocks and weekdays as people of the language do", () => {
    expect([0, 1_400, 15_200_000].map(english.bytes)).toEqual(["0 byte", "1.4 kB", "15.2 MB"]);
    expect(english.clock({ hour: 21, minute: 5 })).toBe("21:05");
    expect([0, 5].map(english.weekday)).toEqual(["Sun", "Fri"]);
  });

  it("keeps Western digits in Arabic unless a person chooses others", () => {
    expect(createFormat("ar-AE-u-nu-latn", t).number(12_480)).toContain("12,480");
  });

  it("isolates the items of a list from the words between them", () => {
    expect(createFormat("ar-AE-u-nu-latn", t).list(["Draft", "Reply"])).toBe("\u2068Draft\u2069 و\u2068Reply\u2069");
  });

  it("counts back from now by the largest unit that fits", () => {
    const now = Date.parse("2026-11-25T12:00:00Z");
    expect(english.ago("2026-11-24T11:00:00Z", now)).toBe("yesterday");
    expect(english.ago("2026-11-25T11:40:00Z", now)).toBe("20 minutes ago");
    expect(english.ago("2026-11-25T11:59:50Z", now)).toBe("ui.just-now");
  });
});
