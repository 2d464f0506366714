import { asDiwanError, DiwanError } from "@diwan/kernel";
import { type Command, DONE, FAILED, print, say, UsageError, WRONG_USAGE } from "./command.ts";

/** Loaded when they are called: `check` has no use for a database. */
const commands: Record<string, () => Promise<Command>> = {
  start: async () => (await import("./commands/start.command.ts")).startCommand,
  run: async () => (await import("./commands/run.command.ts")).runCommand,
  check: async () => (await import("./commands/check.command.ts")).checkCommand,
  import: async () => (await import("./commands/import.command.ts")).importCommand,
  export: async () => (await import("./commands/export.command.ts")).exportCommand,
  key: async () => (await import("./commands/key.command.ts")).keyCommand,
  service: async () => (await import("./commands/service.command.ts")).serviceCommand,
  egress: async () => (await import("./commands/egress.command.ts")).egressCommand,
};

async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    print(await overview());
    return name === undefined ? WRONG_USAGE : DONE;
  }
  const load = commands[name];
  if (load === undefined) {
    say(`There is no command "${name}". Commands are ${Object.keys(commands).join(", ")}; see diwan --help.`);
    return WRONG_USAGE;
  }
  const command = await load();
  if (args.includes("--help") || args.includes("-h")) {
    print(help(name, command));
    return DONE;
  }
  try {
    return await command.run(args);
  } catch (error) {
    return explain(error, name, command);
  }
}

function explain(error: unknown, name: string, command: Command): number {
  if (error instanceof UsageError || isParseError(error)) {
    say(`${(error as Error).message}\nUsage: diwan ${name} ${command.usage}`);
    return WRONG_USAGE;
  }
  const ours = asDiwanError(error);
  // A defect's own text helps whoever reports it; there is nobody else at this terminal.
  say(
    error instanceof DiwanError
      ? ours.message
      : `${ours.message}\n${error instanceof Error ? error.stack : String(error)}`,
  );
  return ours.kind === "caller" && !failures.has(ours.code) ? WRONG_USAGE : FAILED;
}

/** Mistakes of nobody's command line: the port or the folder is somebody else's at the moment. */
const failures = new Set(["start.port-taken", "storage.directory-in-use", "data.disk-full", "data.not-writable"]);

function isParseError(error: unknown): boolean {
  return error instanceof TypeError && String((error as NodeJS.ErrnoException).code).startsWith("ERR_PARSE_ARGS");
}

async function overview(): Promise<string> {
  const lines = await Promise.all(
    Object.entries(commands).map(async ([name, load]) => {
      const { usage, summary } = await load();
      return `  ${name} ${usage}\n      ${summary}`;
    }),
  );
  return `Usage: diwan COMMAND\n\n${lines.join("\n")}\n\ndiwan COMMAND --help tells a command's options.`;
}

function help(name: string, { usage, summary, options }: Command): string {
  const width = Math.max(0, ...options.map(([option]) => option.length));
  const listed = options.map(([option, meaning]) => `  ${option.padEnd(width)}  ${meaning}`);
  return [`Usage: diwan ${name} ${usage}`, "", summary, ...(listed.length === 0 ? [] : ["", ...listed])].join("\n");
}

process.exitCode = await main(process.argv.slice(2));
