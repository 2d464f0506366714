import { describe, expect, it } from "vitest";
import { createFormat } from "./format.ts";

const words: Record<string, string> = {
  "ui.duration.ms": "{n} ms",
  "ui.duration.s": "{n} s",
  "ui.duration.min": "{min} min {s} s",
};
const t = (id: string, values: Record<string, string | number> = {}) =>
  Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, String(value)), words[id] ?? id);

describe("times and numbers", () => {
  const english = createFormat("en-GB", t);

  it("says a duration in the largest unit that keeps it readable", () => {
    expect([412.4, 3_180, 61_000].map(english.duration)).toEqual(["412 ms", "3.18 s", "1 min 1 s"]);
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
