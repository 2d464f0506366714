import { readFileSync } from "node:fs";
import type { EgressPolicy } from "./core/policy.ts";
import { EgressErrors } from "./errors.ts";
import { parsePolicyFile } from "./policy-file.ts";

/** @throws egress.policy-unreadable, egress.policy-invalid (caller) */
export function readPolicyFile(file: string): EgressPolicy {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code ?? "unknown";
    throw EgressErrors["policy-unreadable"]({ file, reason }, { cause: error });
  }
  return parsePolicyFile(text);
}
