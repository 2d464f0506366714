import { parseJson, stringifyJson } from "@diwan/workflow";
import { jsonrepair } from "jsonrepair";

/**
 * JSON as it is sent: read, repaired where templates or authors broke it (single quotes, missing commas, raw line breaks
 * in texts), and written compactly. Numbers keep their spelling's kind and all their digits.
 *
 * @throws an error for what no repair makes JSON.
 */
export function repairJson(text: string): string {
  try {
    return stringifyJson(parseJson(text));
  } catch {
    return stringifyJson(parseJson(jsonrepair(text)));
  }
}
