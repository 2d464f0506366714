/** Lines of a field that holds one `key:value` on each. */
export function linesOf(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== "");
}

/** Cut at the first colon; without one the value is "". */
export function pairOf(line: string): [key: string, value: string] {
  const colon = line.indexOf(":");
  return colon < 0 ? [line.trim(), ""] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
}

/** Of headers that differ only in case the last one counts, in the place of the first. */
export function headersIn(text: string): [name: string, value: string][] {
  const headers = new Map<string, [string, string]>();
  for (const line of linesOf(text)) {
    const [name, value] = pairOf(line);
    if (name !== "") headers.set(name.toLowerCase(), [name, value]);
  }
  return [...headers.values()];
}

/** The same headers with one put in or replaced. */
export function withHeader(headers: readonly [string, string][], name: string, value: string): [string, string][] {
  const others = headers.filter(([one]) => one.toLowerCase() !== name.toLowerCase());
  return [...others, [name, value]];
}

export function hasHeader(headers: readonly [string, string][], name: string): boolean {
  return headers.some(([one]) => one.toLowerCase() === name.toLowerCase());
}
