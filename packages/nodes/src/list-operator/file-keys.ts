import type { FileValue } from "@diwan/workflow";
import { ListError } from "./list-error.ts";

const texts: Record<string, (file: FileValue) => string | null | undefined> = {
  name: (file) => file.filename,
  extension: (file) => file.extension,
  mime_type: (file) => file.mime_type,
  url: (file) => file.remote_url,
  related_id: (file) => file.related_id ?? file.reference,
};
const choices: Record<string, (file: FileValue) => string> = {
  type: (file) => file.type,
  transfer_method: (file) => file.transfer_method,
};

/** A file's attribute by its name in filters and orders, with how it is compared. */
export type FileKey =
  | { kind: "text"; read: (file: FileValue) => string }
  /** Compared with a list of its possible values. */
  | { kind: "choice"; read: (file: FileValue) => string }
  | { kind: "number"; read: (file: FileValue) => number };

/**
 * @throws ListError for a name that files do not have.
 * @source the app file contract, list-operator
 */
export function fileKey(name: string): FileKey {
  // −1 is how files without a known size say so.
  if (name === "size") return { kind: "number", read: (file) => Number(file.size ?? -1) };
  if (Object.hasOwn(choices, name)) return { kind: "choice", read: choices[name]! };
  if (Object.hasOwn(texts, name)) return { kind: "text", read: (file) => texts[name]!(file) ?? "" };
  throw new ListError(`Files have no attribute "${name}" to filter or order by`);
}
