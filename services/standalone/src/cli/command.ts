/** One command of `diwan`. Results go to stdout, everything else to stderr. */
export type Command = {
  /** How it is called, after its name. */
  usage: string;
  summary: string;
  /** Each option on a line of the help. */
  options: readonly [option: string, meaning: string][];
  /** @returns The exit code: 0 done, 1 the work failed, 2 wrong usage or unreadable input. */
  run(args: readonly string[]): Promise<number>;
};

export const DONE = 0;
export const FAILED = 1;
export const WRONG_USAGE = 2;

/** Words on the command line that cannot be understood. */
export class UsageError extends Error {}

export function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

export function print(text: string): void {
  process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
}
