/** Python counts texts in code points, JavaScript in UTF-16 units; they agree unless there are surrogates. */
const surrogate = /[\ud800-\udfff]/;

export function hasSurrogates(text: string): boolean {
  return surrogate.test(text);
}

export function characters(text: string): string[] {
  return hasSurrogates(text) ? Array.from(text) : text.split("");
}

export function countCharacters(text: string): number {
  return hasSurrogates(text) ? Array.from(text).length : text.length;
}

/** `text[start:end]` with bounds that are already within the text. */
export function sliceCharacters(text: string, start: number, end?: number): string {
  return hasSurrogates(text) ? Array.from(text).slice(start, end).join("") : text.slice(start, end);
}

/** The number of code points before a position counted in UTF-16 units. */
export function characterIndex(text: string, unitIndex: number): number {
  return unitIndex < 0 ? unitIndex : countCharacters(text.slice(0, unitIndex));
}

/** Orders texts by code point, as Python does; negative, zero or positive. */
export function compareCharacters(left: string, right: string): number {
  if (left === right) return 0;
  if (!hasSurrogates(left) || !hasSurrogates(right)) {
    // Only where both have a surrogate range character can the units order differently from the code points…
    if (!/[\ud800-\uffff]/.test(left) || !/[\ud800-\uffff]/.test(right)) return left < right ? -1 : 1;
  }
  const a = Array.from(left);
  const b = Array.from(right);
  for (let index = 0; index < a.length && index < b.length; index++) {
    const difference = a[index]!.codePointAt(0)! - b[index]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
