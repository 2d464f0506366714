/** Orders texts by code points, as Python does; JavaScript's own order puts "😀" before "ﬁ". */
export function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let place = 0; place < length; place += 1) {
    const [left, right] = [a.charCodeAt(place), b.charCodeAt(place)];
    if (left === right) continue;
    // Halves of characters beyond U+FFFF stand below U+E000, the characters themselves above everything.
    return isHalf(left) === isHalf(right) ? left - right : isHalf(left) ? 1 : -1;
  }
  return a.length - b.length;
}

function isHalf(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}
