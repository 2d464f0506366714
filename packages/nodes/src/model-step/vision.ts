import type { ContentPart, ModelMessage } from "@diwan/models";
import type { VariablePool } from "@diwan/workflow";
import { type FileReading, fileParts } from "./file-part.ts";
import type { VisionField } from "./settings.ts";

/** The files that a step shows its model; none where it shows none. */
export async function visionFiles(
  vision: VisionField,
  variables: VariablePool,
  reading: FileReading,
): Promise<ContentPart[]> {
  if (vision?.enabled !== true) return [];
  const found = variables.get(vision.configs?.variable_selector ?? ["sys", "files"]);
  const files = Array.isArray(found) ? found : found === undefined || found === null ? [] : [found];
  return fileParts(files, vision.configs?.detail ?? "high", reading);
}

/**
 * Puts files in front of the content of the last message when that is the user's, else into a new one.
 *
 * @returns New messages; texts that stand alone are plain strings, empty messages are gone.
 */
export function withVision(messages: readonly ModelMessage[], files: readonly ContentPart[]): ModelMessage[] {
  const last = messages.at(-1);
  if (files.length === 0) return tidy(messages);
  if (last?.role !== "user") return tidy([...messages, { role: "user", content: [...files] }]);
  const content: ContentPart[] =
    typeof last.content === "string" ? [{ type: "text", text: last.content }] : last.content;
  return tidy([...messages.slice(0, -1), { role: "user", content: [...files, ...content] }]);
}

function tidy(messages: readonly ModelMessage[]): ModelMessage[] {
  return messages.flatMap((message) => {
    if (typeof message.content === "string") return message.content === "" ? [] : [message];
    const [only] = message.content;
    if (only === undefined) return [];
    return message.content.length === 1 && only.type === "text" ? [{ ...message, content: only.text }] : [message];
  });
}
