/** One frame of a stream: its text up to the blank line, and what it carries. */
export type Frame = {
  text: string;
  id: number | undefined;
  /** Empty for a ping. */
  data: Record<string, unknown>;
};

/** Frames as they come. Leaving the loop hangs up. */
export async function* readFrames(response: Response): AsyncGenerator<Frame> {
  let rest = "";
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream("utf-8", { fatal: true }))) {
    rest += chunk;
    for (let end = rest.indexOf("\n\n"); end !== -1; end = rest.indexOf("\n\n")) {
      yield frameOf(rest.slice(0, end));
      rest = rest.slice(end + 2);
    }
  }
  if (rest !== "") throw new Error(`The stream ended inside a frame: ${JSON.stringify(rest)}`);
}

/** Every frame until the server hangs up. */
export async function allFrames(response: Response): Promise<Frame[]> {
  const frames: Frame[] = [];
  for await (const frame of readFrames(response)) frames.push(frame);
  return frames;
}

function frameOf(text: string): Frame {
  const id = /^id: (\d+)$/m.exec(text)?.[1];
  // Only a line feed ends a line; JavaScript's patterns know others, which texts may hold.
  const data = /(?:^|\n)data: ([^\n]*)/.exec(text)?.[1];
  return {
    text,
    id: id === undefined ? undefined : Number(id),
    data: data === undefined ? {} : (JSON.parse(data) as Record<string, unknown>),
  };
}

/** The names of the events, in order, a run of equal ones once. */
export function eventNames(frames: readonly Frame[]): string[] {
  const names = frames.map(({ data }) => String(data["event"] ?? "ping"));
  return names.filter((name, place) => name !== names[place - 1]);
}

/** What the reader shows: deltas joined, replaced by what replaces them. */
export function textOf(frames: readonly Frame[]): string {
  let text = "";
  for (const { data } of frames) {
    const inner = (data["data"] ?? {}) as Record<string, unknown>;
    if (data["event"] === "message") text += data["answer"];
    if (data["event"] === "message_replace") text = String(data["answer"]);
    if (data["event"] === "text_chunk") text += inner["text"];
    if (data["event"] === "text_replace") text = String(inner["text"]);
  }
  return text;
}
