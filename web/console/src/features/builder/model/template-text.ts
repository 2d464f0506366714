export type TextPart = { kind: "text"; text: string } | { kind: "ref"; selector: string[] };

/** `{{#step.name#}}`, and the two placeholders without a dot that prompts know. */
const placeholder = /\{\{#([a-zA-Z0-9_]{1,50}(?:\.[a-zA-Z_][a-zA-Z0-9_]{0,29}){1,10}|context|histories)#\}\}/g;

/** Cuts a template at its variables; anything that is no well-formed placeholder stays text. */
export function splitTemplate(template: string): TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const match of template.matchAll(placeholder)) {
    if (match.index > end) parts.push({ kind: "text", text: template.slice(end, match.index) });
    parts.push({ kind: "ref", selector: (match[1] ?? "").split(".") });
    end = match.index + match[0].length;
  }
  if (end < template.length) parts.push({ kind: "text", text: template.slice(end) });
  return parts;
}

/** The variables a template uses, each once, in order of first use. */
export function refsOf(templates: string[]): string[][] {
  const found = new Map<string, string[]>();
  for (const part of templates.flatMap(splitTemplate)) {
    if (part.kind === "ref") found.set(part.selector.join("."), part.selector);
  }
  return [...found.values()];
}
