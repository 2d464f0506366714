import type { FileValue } from "@diwan/workflow";

/** How a file becomes text: read as it is, rewritten by us, or left to whoever reads documents. */
export type FileFormat =
  | { kind: "text" }
  | { kind: "json" }
  | { kind: "table" }
  | { kind: "properties" }
  /** `extension` has its dot and is in lower case. */
  | { kind: "document"; extension: string };

const rewritten: Record<string, FileFormat> = {
  ".json": { kind: "json" },
  ".csv": { kind: "table" },
  ".tsv": { kind: "table" },
  ".properties": { kind: "properties" },
};

const plainExtensions: ReadonlySet<string> = new Set(
  `.txt .text .markdown .md .mdx .rst .adoc .tex .log .vtt .srt .html .htm .xhtml .xml .svg .yaml .yml .toml .ini .cfg
  .conf .env .jsonl .ndjson .diff .patch .py .js .mjs .cjs .ts .mts .cts .jsx .tsx .vue .svelte .css .scss .sass .less
  .java .kt .kts .scala .groovy .gradle .c .h .cc .cpp .cxx .hpp .cs .fs .go .rs .swift .m .mm .php .rb .pl .pm .lua .r
  .jl .dart .ex .exs .erl .hs .clj .sql .sh .bash .zsh .fish .bat .cmd .ps1 .proto .graphql .tf .dockerfile .makefile`.split(
    /\s+/,
  ),
);

const documentExtensions: ReadonlySet<string> = new Set(
  ".pdf .doc .docx .xls .xlsx .ppt .pptx .eml .msg .epub .odt".split(" "),
);

const officeTypes: Record<string, string> = {
  "application/pdf": ".pdf",
  "application/msword": ".doc",
  "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
  "application/vnd.ms-excel": ".xls",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
  "application/vnd.ms-powerpoint": ".ppt",
  "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
  "application/vnd.oasis.opendocument.text": ".odt",
  "application/epub+zip": ".epub",
  "application/vnd.ms-outlook": ".msg",
  "message/rfc822": ".eml",
};

const textTypes: ReadonlySet<string> = new Set([
  "application/xml",
  "application/yaml",
  "application/x-yaml",
  "application/javascript",
  "application/x-sh",
  "application/sql",
  "application/toml",
]);

/**
 * The format of a file by its extension, and by its media type where the extension says nothing.
 *
 * @returns A document with the file's own extension where neither is known: whoever reads documents may know more.
 */
export function formatOf(file: FileValue): FileFormat {
  const extension = extensionOf(file);
  return byExtension(extension) ?? byMediaType(file.mime_type ?? "") ?? { kind: "document", extension };
}

/** With its dot, in lower case; "" for a file without one. */
export function extensionOf({ extension, filename }: FileValue): string {
  if (extension) return `.${extension.toLowerCase().replace(/^\./, "")}`;
  const dot = filename?.lastIndexOf(".") ?? -1;
  return dot < 0 ? "" : filename!.slice(dot).toLowerCase();
}

function byExtension(extension: string): FileFormat | undefined {
  if (Object.hasOwn(rewritten, extension)) return rewritten[extension];
  if (plainExtensions.has(extension)) return { kind: "text" };
  return documentExtensions.has(extension) ? { kind: "document", extension } : undefined;
}

function byMediaType(mediaType: string): FileFormat | undefined {
  const type = mediaType.split(";")[0]!.trim().toLowerCase();
  if (Object.hasOwn(officeTypes, type)) return { kind: "document", extension: officeTypes[type]! };
  if (type === "application/json" || type.endsWith("+json")) return { kind: "json" };
  if (type === "text/csv" || type === "text/tab-separated-values") return { kind: "table" };
  return type.startsWith("text/") || type.endsWith("+xml") || textTypes.has(type) ? { kind: "text" } : undefined;
}
