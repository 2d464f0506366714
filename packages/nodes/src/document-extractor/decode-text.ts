/** How far into a file the kind of its letters is looked for. */
const SAMPLE_BYTES = 100_000;

/**
 * Text of a file whose encoding nobody tells. In this order: what a byte order mark says (UTF-8, UTF-16); UTF-8 where
 * every byte of it is right; else one of two older encodings, windows-1256 where letters beyond ASCII mostly stand next
 * to each other, as in Arabic, and windows-1252 where they stand alone among others, as in French. Every input gives a
 * text; characters that stores cannot hold (NUL) are left out.
 */
export function decodeText(bytes: Uint8Array): string {
  return decode(bytes).replaceAll("\u0000", "");
}

function decode(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder(looksArabic(bytes) ? "windows-1256" : "windows-1252").decode(bytes);
  }
}

function looksArabic(bytes: Uint8Array): boolean {
  let letters = 0;
  let beside = 0;
  const end = Math.min(bytes.length, SAMPLE_BYTES);
  for (let place = 0; place < end; place += 1) {
    if (bytes[place]! < 0x80) continue;
    letters += 1;
    if (bytes[place - 1]! >= 0x80 || bytes[place + 1]! >= 0x80) beside += 1;
  }
  return beside * 2 > letters;
}
