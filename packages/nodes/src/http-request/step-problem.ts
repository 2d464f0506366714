import type { StepError } from "@diwan/contracts";

/** By the class names that app files and clients compare with. */
const problems = {
  InvalidHttpMethodError: { code: "node.http-request.method-invalid" },
  InvalidURLError: { code: "node.http-request.url-invalid" },
  HttpRequestNodeError: { code: "node.http-request.header-invalid" },
  AuthorizationConfigError: { code: "node.http-request.authorization-invalid" },
  RequestBodyError: { code: "node.http-request.body-invalid" },
  FileFetchError: { code: "node.http-request.file-unreadable" },
  ResponseSizeError: { code: "node.http-request.response-too-large" },
  HTTPResponseCodeError: { code: "node.http-request.status" },
};

/** What keeps an HTTP step from its work. */
export class StepProblem extends Error {
  readonly stepError: StepError;

  constructor(type: keyof typeof problems, message: string) {
    super(message);
    this.stepError = { type, ...problems[type], message };
  }
}
