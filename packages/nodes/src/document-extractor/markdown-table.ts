import { Readable } from "node:stream";
import { setImmediate as nextTurn } from "node:timers/promises";
import { parse } from "csv-parse";

/** Characters handed to the parser at once. */
const SLICE_CHARACTERS = 64_000;
/** Rows after which everybody else in the process gets a turn. */
const ROWS_PER_TURN = 2_000;

/**
 * A table of separated values as a Markdown table; its first row is the head, as wide as the widest row. Empty rows are
 * left out, and a cell's line breaks are spaces.
 *
 * @returns "" for a text without rows.
 * @throws Error for a text that cannot be read as a table.
 */
export async function markdownTable(text: string, signal: AbortSignal): Promise<string> {
  const parser = Readable.from(slices(text)).pipe(
    parse({ delimiter: delimiterOf(text), relax_column_count: true, relax_quotes: true, skip_empty_lines: true }),
  );
  const rows: string[][] = [];
  let width = 0;
  for await (const row of parser as AsyncIterable<string[]>) {
    width = Math.max(width, row.length);
    rows.push(row);
    if (rows.length % ROWS_PER_TURN === 0) {
      await nextTurn();
      signal.throwIfAborted();
    }
  }
  const [head] = rows;
  if (head === undefined) return "";
  const filled = [...head, ...Array<string>(width - head.length).fill("")];
  // Only the head is filled up: Markdown does the same to rows that are too short.
  const lines = [line(filled), line(Array<string>(width).fill("---"))];
  for (const row of rows.slice(1)) lines.push(line(row));
  return lines.join("\n");
}

function* slices(text: string): Generator<string> {
  for (let from = 0; from < text.length; from += SLICE_CHARACTERS) yield text.slice(from, from + SLICE_CHARACTERS);
}

function line(cells: readonly string[]): string {
  return `| ${cells.map(cellText).join(" | ")} |`;
}

function cellText(cell: string): string {
  const oneLine = cell
    .split(/[\r\n]+/)
    .map((part) => part.trim())
    .join(" ");
  return oneLine.trim().replaceAll("|", "\\|");
}

/** Of comma, semicolon and tab, what the first line has most of outside quotes. */
function delimiterOf(text: string): string {
  const counts: Record<string, number> = { ",": 0, ";": 0, "\t": 0 };
  let quoted = false;
  for (const character of text) {
    if (character === '"') quoted = !quoted;
    else if (!quoted && character === "\n") break;
    else if (!quoted && Object.hasOwn(counts, character)) counts[character]! += 1;
  }
  return Object.keys(counts).reduce((best, one) => (counts[one]! > counts[best]! ? one : best));
}
