import type { StepError } from "@diwan/contracts";
import { asDiwanError } from "@diwan/kernel";

/** An error as a step's outcome shows it; `type` is the class name that app files and clients compare with. */
export function stepErrorOf(error: unknown, type: string): StepError {
  const ours = asDiwanError(error);
  return { type, code: ours.code, message: ours.message };
}
