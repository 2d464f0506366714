import {
  defineNode,
  fillTemplate,
  isFile,
  parseTextTemplate,
  renderMarkdown,
  succeed,
  type TemplateSegment,
  type Value,
} from "@diwan/workflow";
import { z } from "zod";
import type { NodePorts } from "../ports.ts";

const Settings = z.object({ answer: z.string().transform(parseTextTemplate) });
type Settings = { answer: TemplateSegment[] };

/** Writes to the reply of a chat. Its stream and its output differ where a placeholder has no value. */
export const answerNode = defineNode<NodePorts, Settings>({
  type: "answer",
  version: 1,
  kind: "response",
  settings: Settings,
  needs: [],
  template: ({ answer }) => answer,
  run({ settings, variables }) {
    const files = settings.answer.flatMap((segment) =>
      segment.type === "variable" ? filesIn(variables.get(segment.selector)) : [],
    );
    return succeed({ answer: fillTemplate(settings.answer, variables, renderMarkdown), files });
  },
});

function filesIn(value: Value | undefined): Value[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.filter((item) => isFile(item));
  return isFile(value) ? [value] : [];
}
