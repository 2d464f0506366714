import type { UploadedFile } from "@diwan/contracts";

/** A file as the value of an input: uploaded just now, or of an earlier run. */
export type GivenFile = {
  name: string;
  /** Bytes; null where it is not known. */
  size: number | null;
  /** What a run is given; null until the server has the file. */
  value: Record<string, unknown> | null;
  /** Why the server refused it. */
  why?: string;
};

export function givenUpload({ id, name, size, type }: UploadedFile): GivenFile {
  return { name, size, value: { type, transfer_method: "local_file", upload_file_id: id } };
}

/** The files among the values of an earlier run; anything else gives none. */
export function givenFiles(value: unknown): GivenFile[] {
  const list: unknown[] = Array.isArray(value) ? value : [value];
  return list.flatMap((one) => {
    if (typeof one !== "object" || one === null || !("transfer_method" in one)) return [];
    const file = one as Record<string, unknown>;
    const { filename, size, remote_url: address } = file;
    const name = typeof filename === "string" ? filename : typeof address === "string" ? address : "";
    return [{ name, size: typeof size === "number" && size >= 0 ? size : null, value: file }];
  });
}

const byKind: Record<string, string> = {
  image: "image/*",
  audio: "audio/*",
  video: "video/*",
  document: ".txt,.md,.mdx,.markdown,.pdf,.html,.htm,.xlsx,.xls,.csv,.docx,.doc,.pptx,.ppt,.xml,.epub,.odt,.eml,.msg",
};

/** For the browser's own choice of files. The server has the last word. */
export function acceptOf(kinds: readonly string[], extensions: readonly string[]): string {
  const named = kinds.includes("custom") ? extensions.map((extension) => `.${extension.replace(/^\./, "")}`) : [];
  // Where any extension will do, nothing may be left out.
  if (kinds.includes("custom") && named.length === 0) return "";
  return [...kinds.flatMap((kind) => byKind[kind] ?? []), ...named].join(",");
}
