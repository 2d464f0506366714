import { FILE_IDENTITY, type FileValue, fileKindOf } from "@diwan/workflow";

export type FileFacts = {
  id: string | null;
  name: string;
  mimeType: string;
  /** Bytes; -1 where it is not known. */
  size: number;
  transferMethod: FileValue["transfer_method"];
  /** Where it can be fetched for a while. */
  url: string | null;
};

/** A file as steps pass it on. */
export function fileValueOf({ id, name, mimeType, size, transferMethod, url }: FileFacts): FileValue {
  const extension = extensionOf(name);
  return {
    dify_model_identity: FILE_IDENTITY,
    id,
    type: fileKindOf(extension, mimeType),
    transfer_method: transferMethod,
    remote_url: transferMethod === "remote_url" ? url : null,
    reference: id,
    related_id: id,
    filename: name,
    extension,
    mime_type: mimeType,
    size,
    url,
  };
}

/** With its dot; ".bin" for a name without one. */
export function extensionOf(name: string): string {
  return /\.[A-Za-z0-9]{1,20}$/.exec(name)?.[0] ?? ".bin";
}
