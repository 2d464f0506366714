/**
 * A Java properties file with every entry on one line as `key: value`. Comments and blank lines stay; escapes are
 * resolved and entries over several lines are joined.
 */
export function propertiesText(text: string): string {
  return logicalLines(text)
    .map((line) => {
      const bare = line.trimStart();
      if (bare === "" || /^[#!]/.test(bare)) return bare;
      const [, key, value] = /^((?:\\.|[^\\\s=:])*)\s*[=:]?\s*(.*)$/s.exec(bare)!;
      return `${resolved(key!)}: ${resolved(value!)}`;
    })
    .join("\n");
}

/** Lines, with those that end in an odd number of backslashes joined to the next. */
function logicalLines(text: string): string[] {
  const lines: string[] = [];
  let open: string[] = [];
  for (const line of text.split(/\r\n|\r|\n/)) {
    const isComment = open.length === 0 && /^\s*[#!]/.test(line);
    const goesOn = !isComment && endingBackslashes(line) % 2 === 1;
    open.push((open.length === 0 ? line : line.trimStart()).slice(0, goesOn ? -1 : undefined));
    if (goesOn) continue;
    lines.push(open.join(""));
    open = [];
  }
  if (open.length > 0) lines.push(open.join(""));
  return lines;
}

function endingBackslashes(line: string): number {
  let count = 0;
  while (line.at(-1 - count) === "\\") count += 1;
  return count;
}

const escapes: Record<string, string> = { n: "\n", t: "\t", r: "\r", f: "\f" };

function resolved(text: string): string {
  return text.replace(/\\(?:u([0-9a-fA-F]{4})|(.))/gs, (_, code: string | undefined, character: string) =>
    code === undefined ? (escapes[character] ?? character) : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
