import { LinkedAbort } from "@diwan/kernel";
import { fail, type Outcome } from "@diwan/workflow";

/** Ends a step's attempt as failed after a time, whatever the step does with the signal it is given. */
export async function withTimeout(
  timeoutMs: number,
  signal: AbortSignal,
  run: (signal: AbortSignal) => Outcome | Promise<Outcome>,
): Promise<Outcome> {
  using over = new LinkedAbort(signal);
  let timer: NodeJS.Timeout | undefined;
  const timedOut = new Promise<Outcome>((resolve) => {
    timer = setTimeout(() => {
      over.abort();
      const message = `The step took longer than its limit of ${timeoutMs / 1000} seconds.`;
      resolve(fail({ type: "TimeoutError", code: "run.step-timeout", message }));
    }, timeoutMs);
  });
  try {
    const work = Promise.resolve(run(over.signal));
    work.catch(() => {});
    return await Promise.race([work, timedOut]);
  } finally {
    clearTimeout(timer);
  }
}
