import type { ContentPart } from "@diwan/models";
import { isFile, type Value } from "@diwan/workflow";

const modelKinds = new Set(["image", "audio", "video", "document"]);

/** A file as a model receives it: by its address, or named in words where no model could read it. */
export function filePart(file: Value, detail: "low" | "high"): ContentPart {
  if (!isFile(file)) return { type: "text", text: "" };
  const address = file.remote_url ?? file.url;
  if (!modelKinds.has(String(file.type)) || typeof address !== "string" || address === "") {
    return { type: "text", text: `[Unsupported file type: ${file.filename ?? ""} (${file.type})]` };
  }
  const mediaType = typeof file.mime_type === "string" && file.mime_type !== "" ? file.mime_type : `${file.type}/*`;
  return { type: "file", mediaType, data: new URL(address), detail };
}
