import { asDiwanError } from "../index.ts";

/**
 * Ends the process on what nobody caught. Where the operator can do something about it, the sentence that says so is all
 * that is printed.
 */
export function endWithReason(): void {
  process.on("uncaughtException", (error: unknown) => {
    const { kind, code, message } = asDiwanError(error);
    const isDefect = kind === "defect";
    process.stderr.write(`${isDefect && error instanceof Error ? error.stack : message}\n`);
    process.exit(code === "config.invalid" ? 2 : 1);
  });
}

/** What is left open by then waits for something that does not come, and would keep the process from ending. */
const LINGER_MS = 5_000;

/**
 * Keeps a process running until SIGINT or SIGTERM, then closes it; a second signal does not wait.
 *
 * @param failed  Resolves when the process cannot go on by itself.
 * @returns The exit code.
 */
export function untilTold(close: () => Promise<void>, failed?: Promise<Error>): Promise<number> {
  return new Promise((done) => {
    let leaving = false;
    const leave = (code: number) => {
      if (leaving) process.exit(1);
      leaving = true;
      const end = (ending: number) => {
        done(ending);
        setTimeout(() => process.exit(ending), LINGER_MS).unref();
      };
      close().then(
        () => end(code),
        (error: unknown) => {
          process.stderr.write(`Stopping went wrong: ${String(error)}\n`);
          end(1);
        },
      );
    };
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => leave(0));
    failed?.then((error) => {
      process.stderr.write(`The process cannot go on: ${error.message}\n`);
      leave(1);
    });
  });
}
