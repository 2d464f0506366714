import type { EgressPolicy } from "@diwan/egress";
import type { WorkspaceScope } from "@diwan/kernel";
import { type CodeConfig, sandboxOf } from "@diwan/kernel/node";
import { type CodeRunner, createSandboxCodeRunner } from "@diwan/nodes";
import type { OwnSandbox } from "@diwan/sandbox";

type RunnerOf = (scope: WorkspaceScope) => CodeRunner;

/** Runs programs in the sandbox that is set up; where none is, in one of our own. */
export function codeRunner(policy: EgressPolicy, config: CodeConfig, own: OwnSandbox): RunnerOf {
  const configured = sandboxOf(config);
  if (configured !== undefined) return createSandboxCodeRunner(policy, configured);
  let current: { endpoint: string; runnerOf: RunnerOf } | undefined;
  return (scope) => ({
    async run(program, signal) {
      const { endpoint, apiKey } = await own.address();
      if (current?.endpoint !== endpoint) {
        const settings = { ...config, CODE_EXECUTION_ENDPOINT: endpoint, CODE_EXECUTION_API_KEY: apiKey };
        current = { endpoint, runnerOf: createSandboxCodeRunner(policy, sandboxOf(settings)) };
      }
      return current.runnerOf(scope).run(program, signal);
    },
  });
}
