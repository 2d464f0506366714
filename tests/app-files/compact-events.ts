type Data = Record<string, unknown>;

/**
 * The events of a stream in a line each: the name, the step, and how it ended. Pieces of text that follow each other are one
 * line, however they were cut.
 */
export function compactEvents(frames: readonly Data[]): string[] {
  const lines: string[] = [];
  let text: string | undefined;
  const endText = () => {
    if (text !== undefined) lines.push(`text ${JSON.stringify(text)}`);
    text = undefined;
  };
  for (const frame of frames) {
    const data = (frame["data"] ?? {}) as Data;
    const event = String(frame["event"]);
    if (event === "message" || event === "text_chunk") {
      text = `${text ?? ""}${event === "message" ? frame["answer"] : data["text"]}`;
      continue;
    }
    endText();
    lines.push(lineOf(event, frame, data));
  }
  endText();
  return lines;
}

/** `steps` of each container's end, by its id; of one that ran several times those of the last. */
export function stepsOf(frames: readonly Data[]): Record<string, unknown> {
  const ends = frames.filter(({ event }) => event === "iteration_completed" || event === "loop_completed");
  return Object.fromEntries(
    ends.map((frame) => [(frame["data"] as Data)["node_id"], (frame["data"] as Data)["steps"]]),
  );
}

function lineOf(event: string, frame: Data, data: Data): string {
  const step = data["node_id"];
  switch (event) {
    case "node_started":
    case "human_input_required":
    case "human_input_form_filled":
    case "human_input_form_timeout":
      return `${event} ${step}${placeOf(data)}`;
    case "node_finished":
    case "iteration_completed":
    case "loop_completed":
      return `${event} ${step}${placeOf(data)} ${data["status"]}`;
    case "node_retry":
      return `${event} ${step}${placeOf(data)} ${data["retry_index"]}`;
    case "iteration_started":
    case "loop_started":
      return `${event} ${step} ${Object.values(data["metadata"] as Data)[0]}`;
    case "iteration_next":
    case "loop_next":
      return `${event} ${step} ${data["index"]}`;
    case "workflow_finished":
      return `${event} ${data["status"]}`;
    case "error":
      return `${event} ${frame["code"]}`;
    default:
      return event;
  }
}

/** The round that a step belongs to, where the event tells. */
function placeOf({ iteration_id, loop_id, execution_metadata }: Data): string {
  const metadata = (execution_metadata ?? {}) as Data;
  if (typeof iteration_id === "string") return ` in ${iteration_id}${indexOf(metadata["iteration_index"])}`;
  if (typeof loop_id === "string") return ` in ${loop_id}${indexOf(metadata["loop_index"])}`;
  return "";
}

function indexOf(index: unknown): string {
  return index === undefined ? "" : `[${index}]`;
}
