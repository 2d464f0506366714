/** One measured figure beside what it is compared with, from the same run. */
export type Figure = {
  name: string;
  ours: number;
  /** Undefined where the figure is held against a target only. */
  reference?: number;
  unit: string;
  /** What is asked of `ours`, or of the ratio of ours to the reference. */
  target?: { of: "ours" | "ratio"; atMost: number } | { of: "ours" | "ratio"; atLeast: number };
};

/** The figures as a Markdown table; the last column says whether the target is met. */
export function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const ratio = ratioOf(figure);
    return [
      figure.name,
      `${round(figure.ours)} ${figure.unit}`,
      figure.reference === undefined ? "–" : `${round(figure.reference)} ${figure.unit}`,
      ratio === undefined ? "–" : `${round(ratio)} ×`,
      verdict(figure, ratio),
    ];
  });
  const head = ["figure", "ours", "reference", "ratio", "target"];
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...rows.map(line)].join("\n");
}

function ratioOf({ ours, reference }: Figure): number | undefined {
  return reference === undefined || reference === 0 ? undefined : ours / reference;
}

function verdict({ ours, target, unit }: Figure, ratio: number | undefined): string {
  if (target === undefined) return "–";
  const value = target.of === "ours" ? ours : (ratio ?? Number.NaN);
  const [sign, limit, met] =
    "atMost" in target ? ["≤", target.atMost, value <= target.atMost] : ["≥", target.atLeast, value >= target.atLeast];
  return `${sign} ${limit} ${target.of === "ours" ? unit : "×"}: ${met ? "met" : "missed"}`;
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(2) : value.toPrecision(2);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
