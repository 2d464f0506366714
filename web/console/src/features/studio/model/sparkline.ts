/**
 * A small line of runs by day as SVG points, newest at the reading end.
 *
 * @param values  Oldest first; at least one.
 */
export function sparkline(values: readonly number[], width: number, height: number, rightToLeft: boolean): string {
  const most = Math.max(...values, 1);
  const last = Math.max(values.length - 1, 1);
  return values
    .map((value, index) => {
      const along = (rightToLeft ? last - index : index) / last;
      return `${Math.round((1 + along * (width - 2)) * 10) / 10},${Math.round((height - 2 - (value / most) * (height - 4)) * 10) / 10}`;
    })
    .join(" ");
}
