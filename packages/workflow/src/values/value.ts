import type { Float } from "./float.ts";

/** A file as nodes pass it on: a plain object that this one field sets apart from other objects. */
export type FileValue = ObjectValue & {
  dify_model_identity: typeof FILE_IDENTITY;
  id?: string | null;
  type: "image" | "document" | "audio" | "video" | "custom";
  transfer_method: "remote_url" | "local_file" | "tool_file" | "datasource_file";
  remote_url?: string | null;
  reference?: string | null;
  related_id?: string | null;
  storage_key?: string | null;
  tenant_id?: string | null;
  filename?: string | null;
  extension?: string | null;
  mime_type?: string | null;
  size?: number;
  url?: string | null;
};

export type ObjectValue = { [key: string]: Value };

/**
 * Whatever a workflow variable can hold.
 *
 * Integers are integral numbers, or bigints beyond 2^53; floats are the other numbers, or a `Float` where the number alone
 * would look like an integer. Objects keep the order of their keys, except that JavaScript lists integer-like keys first.
 */
export type Value = null | boolean | number | bigint | Float | string | Value[] | ObjectValue;

export const FILE_IDENTITY = "__dify__file__";

export function isFile(value: unknown): value is FileValue {
  return (
    typeof value === "object" &&
    value !== null &&
    (value as { dify_model_identity?: unknown }).dify_model_identity === FILE_IDENTITY
  );
}
