import { defineNode, fail, isFile, succeed, type Value } from "@diwan/workflow";
import { z } from "zod";
import type { NodePorts } from "../ports.ts";
import { SelectorField } from "../settings.ts";
import { isFalsy } from "../shared/python-values.ts";
import { ExtractionError, extractText } from "./extract-text.ts";

const Settings = z.object({ variable_selector: SelectorField });
type Settings = z.output<typeof Settings>;

/** Gives the text of a file, or the texts of a list of files in its order. */
export const documentExtractorNode = defineNode<NodePorts, Settings>({
  type: "document-extractor",
  version: 1,
  kind: "executable",
  settings: Settings,
  needs: ["files", "documents"],
  async run({ settings, variables, signal }, ports) {
    const selector = settings.variable_selector;
    const value = variables.get(selector);
    if (value === undefined) return refuse(`Variable ${selector.join(".")} not found.`, {});
    const inputs = { [selector.join(".")]: value };
    if (isFalsy(value)) return succeed({ text: [] }, { inputs });
    const files = Array.isArray(value) ? value : [value];
    if (!files.every(isFile)) return refuse(`Variable ${selector.join(".")} holds something that is no file.`, inputs);
    try {
      const texts: string[] = [];
      // One after the other: each may be large.
      for (const file of files) texts.push(await extractText(file, ports, signal));
      return succeed({ text: Array.isArray(value) ? texts : texts[0]! }, { inputs });
    } catch (error) {
      if (!(error instanceof ExtractionError)) throw error;
      return fail(error.reason, { inputs });
    }
  },
});

function refuse(message: string, inputs: Record<string, Value>) {
  return fail({ type: "DocumentExtractorError", code: "node.document-extractor.no-file", message }, { inputs });
}
