import { isFile, renderText, type Value } from "@diwan/workflow";

const SLOT = /\{\{#\$output\.([A-Za-z_][A-Za-z0-9_]*)#\}\}/g;

/** Fills in what a person gave. Files are named by their kind, not shown. */
export function fillSlots(content: string, inputs: Readonly<Record<string, Value>>): string {
  return content.replace(SLOT, (slot, name: string) => {
    const value = inputs[name];
    if (value === undefined) return slot;
    if (isFile(value)) return "[file]";
    // Lists come from fields for files only, and may be empty.
    if (Array.isArray(value)) return `[${value.length} files]`;
    return renderText(value);
  });
}
