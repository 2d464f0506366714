import { StorageErrors } from "../errors.ts";

const MAX_LENGTH = 512;
const name = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;

/**
 * The names of a key, from the outside in.
 *
 * @throws storage.file-key-invalid (caller)
 */
export function namesOf(key: string): string[] {
  if (key.length > MAX_LENGTH) throw StorageErrors["file-key-invalid"]({ problem: `it is longer than ${MAX_LENGTH}` });
  const names = key.split("/");
  for (const part of names) {
    if (!name.test(part)) {
      throw StorageErrors["file-key-invalid"]({ problem: "names are made of A-Z a-z 0-9 . _ - and joined by /" });
    }
  }
  return names;
}

/** The names of a prefix, which is "" or a key with a `/` at its end. */
export function namesOfPrefix(prefix: string): string[] {
  if (prefix === "") return [];
  if (!prefix.endsWith("/")) throw StorageErrors["file-key-invalid"]({ problem: "a prefix ends with /" });
  return namesOf(prefix.slice(0, -1));
}
