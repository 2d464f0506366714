/** A piece of two texts held against each other: in both, only in the first, or only in the second. */
export type DiffPiece = { kind: "same" | "gone" | "new"; text: string };

/** Words, runs of space, and single signs; scripts that do not part words go by sign. */
const token = /\s+|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[\p{L}\p{N}\p{M}_]+|./gsu;
/** Above this the middle is shown as replaced: a table of all pairs would take too long. */
const pairsAtMost = 1_000_000;

/** Two texts by word, in reading order; what is gone stands before what is new. */
export function diffTexts(before: string, after: string): DiffPiece[] {
  const a = before.match(token) ?? [];
  const b = after.match(token) ?? [];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail += 1;
  const middle = between(a.slice(head, a.length - tail), b.slice(head, b.length - tail));
  return joined([
    { kind: "same", text: a.slice(0, head).join("") },
    ...middle,
    { kind: "same", text: a.slice(a.length - tail).join("") },
  ]);
}

function between(a: string[], b: string[]): DiffPiece[] {
  if (a.length * b.length > pairsAtMost || a.length === 0 || b.length === 0) {
    return [
      { kind: "gone", text: a.join("") },
      { kind: "new", text: b.join("") },
    ];
  }
  // length[i][j]: the longest common subsequence of what follows i in a and j in b.
  const width = b.length + 1;
  const length = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number) => length[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      length[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const pieces: DiffPiece[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      pieces.push({ kind: "same", text: a[i] as string });
      i += 1;
      j += 1;
    } else if (j >= b.length || (i < a.length && at(i + 1, j) >= at(i, j + 1))) {
      pieces.push({ kind: "gone", text: a[i] as string });
      i += 1;
    } else {
      pieces.push({ kind: "new", text: b[j] as string });
      j += 1;
    }
  }
  return pieces;
}

/** Neighbours of a kind become one; a lone space between two changes belongs to them. */
function joined(pieces: DiffPiece[]): DiffPiece[] {
  const result: DiffPiece[] = [];
  let [gone, fresh] = ["", ""];
  const close = () => {
    if (gone !== "") result.push({ kind: "gone", text: gone });
    if (fresh !== "") result.push({ kind: "new", text: fresh });
    [gone, fresh] = ["", ""];
  };
  pieces.forEach((piece, index) => {
    if (piece.kind === "gone") gone += piece.text;
    else if (piece.kind === "new") fresh += piece.text;
    else if (piece.text !== "") {
      const changesOn = pieces.slice(index + 1, index + 2).some((next) => next.kind !== "same");
      if ((gone !== "" || fresh !== "") && changesOn && /^\s+$/.test(piece.text)) {
        gone += piece.text;
        fresh += piece.text;
        return;
      }
      close();
      const last = result.at(-1);
      if (last?.kind === "same") last.text += piece.text;
      else result.push({ kind: "same", text: piece.text });
    }
  });
  close();
  return result;
}
