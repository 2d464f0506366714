/**
 * What a statement does to its session, as far as the front must know, because all clients share one session. Only
 * statements that begin with the word, after comments, count: that is how drivers send them.
 */
export type SessionCommand =
  | { kind: "listen"; channel: string }
  | { kind: "unlisten"; channel: string | "*" }
  | { kind: "refused"; reason: string }
  | { kind: "may-change-search-path" };

const leadingComments = /^(?:\s+|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)+/;
const listenPattern = /^\s*(un)?listen\s+(?:"((?:[^"]|"")+)"|([\w$]+|\*))\s*;?\s*$/i;
const copyPattern = /^\s*copy\b[^;]*\b(?:from\s+stdin|to\s+stdout)\b/i;

export function sessionCommandOf(statement: string): SessionCommand | undefined {
  const sql = statement.replace(leadingComments, "");
  const listen = listenPattern.exec(sql);
  if (listen !== null) {
    const channel = listen[2]?.replaceAll('""', '"') ?? listen[3]!.toLowerCase();
    return { kind: listen[1] === undefined ? "listen" : "unlisten", channel };
  }
  if (copyPattern.test(sql)) return { kind: "refused", reason: "COPY over the wire is not available embedded." };
  if (/search_path|discard\s+all|reset\s+all/i.test(sql)) return { kind: "may-change-search-path" };
  return undefined;
}

/** The search path that a client asked for in its first packet, as SQL text. */
export function searchPathOf(startup: Record<string, string>): string | undefined {
  const option = /-c\s*search_path=("[^"]*"|\S+)/.exec(startup["options"] ?? "");
  return startup["search_path"] ?? option?.[1];
}
