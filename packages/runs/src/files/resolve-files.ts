import type { AppId, WorkspaceScope } from "@diwan/kernel";
import { type FileValue, type InputField, isFile, isObject, type Value } from "@diwan/workflow";
import { RunErrors } from "../errors.ts";
import { fileValueOf } from "./file-value.ts";
import type { FileRecordStore, FileSigner } from "./ports.ts";
import { storedFileValue } from "./run-files.ts";

export type ResolveFilesNeeds = { files: FileRecordStore; signer: FileSigner };

/** What a field says of the files it takes. */
export type FileRules = Pick<
  InputField,
  "variable" | "allowedFileTypes" | "allowedFileExtensions" | "allowedFileUploadMethods"
>;

/** Files that one request may bring, in all fields and as the conversation's own. */
const MAX_FILES = 10;

/**
 * Turns what callers say of their files into the files: an uploaded one by its id, another by its address. What
 * they say beyond that is not believed.
 *
 * @param sent  What the caller sent; the rest of `inputs` are defaults.
 * @throws run.inputs-invalid (caller) naming the field and the rule.
 */
export async function resolveInputFiles(
  needs: ResolveFilesNeeds,
  scope: WorkspaceScope,
  appId: AppId,
  fields: readonly InputField[],
  inputs: Readonly<Record<string, Value>>,
  sent: Readonly<Record<string, Value>>,
): Promise<Record<string, Value>> {
  const resolved: Record<string, Value> = { ...inputs };
  for (const field of fields) {
    const given = inputs[field.variable] ?? null;
    if (given === null || (field.type !== "file" && field.type !== "file-list")) continue;
    const isDefault = (sent[field.variable] ?? null) === null;
    resolved[field.variable] = await resolveField(needs, scope, appId, field, given).catch((error: unknown) => {
      // The file that an author chose as default may lie in another installation.
      if (isDefault) return null;
      throw error;
    });
  }
  return resolved;
}

/** The file, or the list of files, that was given for one field. */
export async function resolveField(
  needs: ResolveFilesNeeds,
  scope: WorkspaceScope,
  appId: AppId,
  rules: FileRules,
  given: Value,
): Promise<Value> {
  const files = await resolveAll(needs, scope, appId, rules.variable, Array.isArray(given) ? given : [given]);
  for (const file of files) checkAgainst(rules, file);
  return Array.isArray(given) ? files : files[0]!;
}

/** The same for the files of a chat turn. */
export async function resolveAll(
  needs: ResolveFilesNeeds,
  scope: WorkspaceScope,
  appId: AppId,
  place: string,
  given: readonly Value[],
): Promise<FileValue[]> {
  if (given.length > MAX_FILES) throw refused(place, `${place} must have at most ${MAX_FILES} files`);
  const files: FileValue[] = [];
  for (const one of given) files.push(await resolve(needs, scope, appId, place, one));
  return files;
}

async function resolve(
  needs: ResolveFilesNeeds,
  scope: WorkspaceScope,
  appId: AppId,
  place: string,
  given: Value,
): Promise<FileValue> {
  if (!isObject(given) && !isFile(given)) throw refused(place, `${place} in input form must be a file`);
  const found =
    given["transfer_method"] === "remote_url"
      ? remote(place, given)
      : await uploaded(needs, scope, appId, place, given);
  const { type } = given;
  if (typeof type === "string" && type !== "custom" && type !== found.type && found.type !== "custom") {
    throw refused(place, `${place}: "${found.filename}" is of type ${found.type}, not ${type}`);
  }
  return type === "custom" || (found.type === "custom" && isType(type))
    ? { ...found, type: type as FileValue["type"] }
    : found;
}

function isType(type: Value | undefined): boolean {
  return type === "image" || type === "document" || type === "audio" || type === "video";
}

function remote(place: string, given: Record<string, Value>): FileValue {
  const url = given["url"] ?? given["remote_url"];
  if (typeof url !== "string" || !/^https?:\/\//i.test(url) || !URL.canParse(url)) {
    throw refused(
      place,
      `${place}: a file of transfer_method remote_url needs a url that begins with http:// or https://`,
    );
  }
  const name = lastName(new URL(url).pathname);
  return fileValueOf({ id: null, name, mimeType: mimeOf(name), size: -1, transferMethod: "remote_url", url });
}

function lastName(path: string): string {
  const last = path.split("/").at(-1) ?? "";
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

async function uploaded(
  { files, signer }: ResolveFilesNeeds,
  scope: WorkspaceScope,
  appId: AppId,
  place: string,
  given: Record<string, Value>,
): Promise<FileValue> {
  const id = given["upload_file_id"] ?? given["tool_file_id"] ?? given["related_id"];
  const found = typeof id === "string" ? await files.find(scope, id) : undefined;
  if (found === undefined || found.appId !== appId) {
    throw refused(place, `${place}: no file was uploaded with the upload_file_id ${JSON.stringify(id ?? null)}`);
  }
  return storedFileValue(found, signer);
}

/** A field of the type `custom` names its extensions; others name kinds. */
function checkAgainst(rules: FileRules, file: FileValue): void {
  const { variable, allowedFileTypes: kinds, allowedFileExtensions, allowedFileUploadMethods: methods } = rules;
  const method = file.transfer_method === "tool_file" ? "local_file" : file.transfer_method;
  if (methods.length > 0 && !methods.includes(method)) {
    throw refused(variable, `${variable} takes files by ${methods.join(" or ")}, not by ${method}`);
  }
  if (kinds.length === 0 || kinds.includes(file.type)) return;
  const extensions = allowedFileExtensions.map((extension) => extension.replace(/^\./, "").toLowerCase());
  const extension = String(file.extension ?? "")
    .replace(/^\./, "")
    .toLowerCase();
  if (kinds.includes("custom") && (extensions.length === 0 || extensions.includes(extension))) return;
  const allowed = kinds.filter((kind) => kind !== "custom").concat(kinds.includes("custom") ? extensions : []);
  throw refused(variable, `${variable} does not take "${file.filename}": allowed are ${allowed.join(", ")}`);
}

function refused(path: string, problem: string) {
  return RunErrors["inputs-invalid"]({ problem }, { details: [{ path: `inputs.${path}`, message: problem }] });
}

const mimeTypes: Record<string, string> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  webp: "image/webp",
  svg: "image/svg+xml",
  pdf: "application/pdf",
  txt: "text/plain",
  md: "text/markdown",
  csv: "text/csv",
  html: "text/html",
  json: "application/json",
  mp3: "audio/mpeg",
  wav: "audio/wav",
  mp4: "video/mp4",
};

function mimeOf(name: string): string {
  return mimeTypes[name.split(".").at(-1)?.toLowerCase() ?? ""] ?? "application/octet-stream";
}
