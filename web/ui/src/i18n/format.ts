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
    /** "412 ms", "3.2 s", "4 min 5 s": short enough for a table cell. */
    duration(ms: number): string {
      if (ms < 1_000) return t("ui.duration.ms", { n: number(Math.round(ms)) });
      if (ms < 60_000) {
        return t("ui.duration.s", { n: number(ms / 1_000, { maximumFractionDigits: ms < 10_000 ? 2 : 1 }) });
      }
      const seconds = Math.round(ms / 1_000);
      return t("ui.duration.min", { min: number(Math.floor(seconds / 60)), s: number(seconds % 60) });
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
