import { defineErrors } from "@diwan/kernel";

/** What keeps a program from running at all. One that runs and fails is a result. */
export const SandboxErrors = defineErrors("sandbox", {
  "not-configured": {
    kind: "author",
    message:
      "No code sandbox is set up here, so code cannot run. Ask an administrator to set CODE_EXECUTION_ENDPOINT and CODE_EXECUTION_API_KEY.",
  },
  unreachable: {
    kind: "dependency",
    message: ({ reason }: { reason: string }) =>
      `The code sandbox cannot be reached: ${reason} Check that it runs at CODE_EXECUTION_ENDPOINT.`,
  },
  busy: {
    kind: "dependency",
    message: ({ problem }: { problem: string }) =>
      `The code sandbox takes no more programs now (${problem}). Try again, or give it more places: MAX_WORKERS, MAX_REQUESTS.`,
  },
  "key-refused": {
    kind: "dependency",
    message:
      "The code sandbox does not know our key. CODE_EXECUTION_API_KEY has to equal its API_KEY, or DIWAN_SIGNING_KEY belong to its SANDBOX_PUBLIC_KEYS and both clocks agree.",
  },
  "program-too-large": {
    kind: "author",
    message: "The code and its inputs are together larger than the code sandbox takes. Give the step less.",
  },
  refused: {
    kind: "dependency",
    message: ({ code, problem }: { code: number; problem: string }) =>
      `The code sandbox did not run the program (code ${code}): ${problem}`,
  },
  status: {
    kind: "dependency",
    message: ({ status }: { status: number }) =>
      `The code sandbox answered with status ${status}. Check that CODE_EXECUTION_ENDPOINT is a sandbox's address.`,
  },
  "answer-invalid": {
    kind: "dependency",
    message: ({ problem }: { problem: string }) =>
      `The code sandbox's answer cannot be read: ${problem}. Check that CODE_EXECUTION_ENDPOINT is a sandbox's address.`,
  },
});
