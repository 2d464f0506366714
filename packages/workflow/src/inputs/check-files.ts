import type { FileValue } from "../values/index.ts";
import type { InputField } from "./input-fields.ts";

/**
 * What is wrong with a file for a field of the start step's form; undefined for one that it takes. The type `custom`
 * stands for the field's own list of extensions.
 *
 * @source the app file contract, start-node inputs
 */
export function problemWithFile(field: InputField, file: FileValue): string | undefined {
  const { variable, allowedFileUploadMethods: methods } = field;
  const name = file.filename || "the file";
  if (!isAllowedType(field, file)) return `${name} is of a type that ${variable} in input form does not take`;
  if (methods.length > 0 && !methods.includes(file.transfer_method))
    return `${variable} in input form does not take files by ${file.transfer_method}`;
  return undefined;
}

function isAllowedType({ allowedFileTypes: types, allowedFileExtensions: extensions }: InputField, file: FileValue) {
  if (types.length === 0 || (types.includes(file.type) && file.type !== "custom")) return true;
  if (!types.includes("custom")) return false;
  return extensions.length === 0 || extensions.map(bare).includes(bare(extensionOf(file)));
}

function extensionOf({ extension, filename }: FileValue): string {
  if (extension) return extension;
  const dot = filename?.lastIndexOf(".") ?? -1;
  return dot < 0 ? "" : filename!.slice(dot);
}

function bare(extension: string): string {
  return extension.toLowerCase().replace(/^\./, "");
}
