export type SseFrame = { id: string; data: string };

/**
 * Reads a stream of server-sent events piece by piece; a piece may end anywhere, also inside a line break. Comments, which
 * serve as heartbeat, give no frame.
 */
export function createSseReader(onFrame: (frame: SseFrame) => void): (piece: string) => void {
  let rest = "";
  let id = "";
  let data: string[] = [];
  const line = (text: string) => {
    if (text === "") {
      if (data.length > 0) onFrame({ id, data: data.join("\n") });
      data = [];
      return;
    }
    const colon = text.indexOf(":");
    if (colon === 0) return;
    const name = colon < 0 ? text : text.slice(0, colon);
    const value = colon < 0 ? "" : text.slice(colon + 1).replace(/^ /, "");
    if (name === "id") id = value;
    if (name === "data") data.push(value);
  };
  return (piece) => {
    rest += piece;
    // A carriage return at the very end may be half of a line break.
    const held = rest.endsWith("\r") ? "\r" : "";
    const lines = rest.slice(0, rest.length - held.length).split(/\r\n|\n|\r/);
    rest = (lines.pop() ?? "") + held;
    for (const text of lines) line(text);
  };
}
