import type { FileValue } from "../values/index.ts";

/** @source the app file contract, files */
const extensions: [FileValue["type"], string][] = [
  ["image", "jpg jpeg png webp gif svg"],
  ["video", "mp4 mov mpeg webm"],
  ["audio", "mp3 m4a wav amr mpga"],
  ["document", "txt markdown md mdx pdf html htm xlsx xls vtt properties doc docx csv eml msg ppt pptx xml epub odt"],
];

const kindOf = new Map<string, FileValue["type"]>(
  extensions.flatMap(([kind, names]) => names.split(" ").map((name) => [`.${name}`, kind] as const)),
);

/** What a file is, by its extension (with its dot), else by its media type. */
export function fileKindOf(extension: string, mimeType: string): FileValue["type"] {
  const known = kindOf.get(extension.toLowerCase());
  if (known !== undefined) return known;
  for (const kind of ["image", "video", "audio"] as const) if (mimeType.startsWith(`${kind}/`)) return kind;
  return /document|pdf|text/.test(mimeType) ? "document" : "custom";
}
