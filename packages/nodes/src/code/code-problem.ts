import type { StepError } from "@diwan/contracts";

/** By the class names that app files and clients compare with. */
const problems = {
  CodeNodeError: { code: "node.code.step-invalid" },
  CodeExecutionError: { code: "node.code.program-failed" },
  OutputValidationError: { code: "node.code.output-invalid" },
  DepthLimitError: { code: "node.code.output-too-deep" },
};

/** What keeps a code step from giving its outputs. */
export class CodeProblem extends Error {
  readonly stepError: StepError;

  constructor(type: keyof typeof problems, message: string) {
    super(message);
    this.stepError = { type, ...problems[type], message };
  }
}
