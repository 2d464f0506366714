type Translate = (id: string, values?: Record<string, string | number>) => string;

const units: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** Formatters for one locale; `t` gives the words for units that `Intl` has no short form for. */
export function createFormat(locale: string, t: Translate) {
  const number = (value: number, options?: Intl.NumberFormatOptions) =>
    new Intl.NumberFormat(locale, options).format(value);
  return {
    number,
    compact: (value: number) => number(value, { notation: "compact", maximumFractionDigits: 1 }),
    percent: (share: number) => number(share, { style: "percent", maximumFractionDigits: 0 }),
    /** "0.4 ms", "412 ms", "3.2 s", "4 min 5 s", "35 h 12 min", "3 days": short enough for a table cell. */
    duration(ms: number): string {
      // Nothing takes no time: the clock was too coarse to see it.
      if (ms === 0) return t("ui.duration.below", { n: number(1) });
      if (ms < 0.1) return t("ui.duration.below", { n: number(0.1) });
      if (ms < 999.5) return t("ui.duration.ms", { n: number(ms, { maximumFractionDigits: ms < 9.95 ? 1 : 0 }) });
      if (ms < 60_000) {
        return t("ui.duration.s", { n: number(ms / 1_000, { maximumFractionDigits: ms < 10_000 ? 2 : 1 }) });
      }
      const seconds = Math.round(ms / 1_000);
      if (seconds >= 3_600) {
        const minutes = Math.round(seconds / 60);
        const hours = Math.round(minutes / 60);
        if (hours >= 48) return t("ui.duration.days", { count: Math.round(hours / 24) });
        if (minutes % 60 === 0) return t("ui.duration.hours", { h: number(minutes / 60) });
        return t("ui.duration.h", { h: number(Math.floor(minutes / 60)), min: number(minutes % 60) });
      }
      return t("ui.duration.min", { min: number(Math.floor(seconds / 60)), s: number(seconds % 60) });
    },
    /** "9:30 am", of a clock that stands anywhere. */
    clock: ({ hour, minute }: { hour: number; minute: number }) =>
      new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit", timeZone: "UTC" }).format(
        Date.UTC(2026, 0, 1, hour, minute),
      ),
    /** By its number from Sunday, 0; the fourth of January 2026 was one. */
    weekday: (day: number) =>
      new Intl.DateTimeFormat(locale, { weekday: "short", timeZone: "UTC" }).format(Date.UTC(2026, 0, 4 + day)),
    /** "1.4 MB", in the units that people know files by. */
    bytes(count: number): string {
      const unit = count < 1_000 ? "byte" : count < 1_000_000 ? "kilobyte" : "megabyte";
      const scale = { byte: 1, kilobyte: 1_000, megabyte: 1_000_000 }[unit];
      return number(count / scale, { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 });
    },
    /** "3 days ago", by the largest unit that fits. */
    ago(iso: string, now: number = Date.now()): string {
      const seconds = (new Date(iso).getTime() - now) / 1_000;
      const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
      const unit = units.find(([, length]) => Math.abs(seconds) >= length);
      return unit === undefined ? t("ui.just-now") : relative.format(Math.round(seconds / unit[1]), unit[0]);
    },
    moment: (iso: string) =>
      new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" }).format(new Date(iso)),
    /** Each item in an isolate, so that names of another script do not pull the words between them along. */
    list: (items: string[]) =>
      new Intl.ListFormat(locale, { type: "conjunction" }).format(items.map((item) => `\u2068${item}\u2069`)),
  };
}
