import type { Value } from "../values/index.ts";
import { isFloat, isInteger, isObject, numberOf } from "../values/index.ts";

/** A field of the start step's form. */
export type InputField = {
  variable: string;
  label: string;
  type: string;
  required: boolean;
  hide: boolean;
  default: Value;
  description: string;
  maxLength: number | null;
  options: string[];
  jsonSchema: Value;
  allowedFileTypes: string[];
  allowedFileExtensions: string[];
  allowedFileUploadMethods: string[];
};

/** Reads `data.variables` of a start step; what is malformed is left out, lists that are null are empty. */
export function readInputFields(data: Record<string, Value>): InputField[] {
  const declared = Array.isArray(data["variables"]) ? data["variables"] : [];
  return declared.flatMap((entry) => {
    if (!isObject(entry) || typeof entry["variable"] !== "string") return [];
    return [
      {
        variable: entry["variable"],
        label: text(entry["label"]) || entry["variable"],
        type: text(entry["type"]),
        required: entry["required"] === true,
        hide: entry["hide"] === true,
        default: entry["default"] ?? null,
        description: text(entry["description"]),
        maxLength:
          isInteger(entry["max_length"]) || isFloat(entry["max_length"]) ? numberOf(entry["max_length"]) : null,
        options: texts(entry["options"]),
        jsonSchema: entry["json_schema"] ?? null,
        allowedFileTypes: texts(entry["allowed_file_types"]),
        allowedFileExtensions: texts(entry["allowed_file_extensions"]),
        allowedFileUploadMethods: texts(entry["allowed_file_upload_methods"]),
      },
    ];
  });
}

function text(value: Value | undefined): string {
  return typeof value === "string" ? value : "";
}

function texts(value: Value | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
