import { pino } from "pino";
import { asDiwanError, type LogFields, type Logger } from "../index.ts";

export type LoggerOptions = {
  component: string;
  level?: string;
  /** Where lines go; standard output unless told otherwise. */
  destination?: { write(line: string): void };
};

/**
 * JSON lines with `time`, `level`, `msg`, `component`. An `err` field is reduced to code, message and, for defects, the
 * stack: foreign errors carry prompts and query parameters in their properties.
 */
export function createLogger({ component, level = "info", destination }: LoggerOptions): Logger {
  const options = {
    level,
    base: { component },
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: serializeError },
  };
  const logger = destination === undefined ? pino(options) : pino(options, destination);
  return logger as unknown as Logger;
}

function serializeError(error: unknown): LogFields {
  const ours = asDiwanError(error);
  if (ours.kind !== "defect") return { code: ours.code, message: ours.message };
  const root = ours.cause instanceof Error ? ours.cause : ours;
  // A foreign message may quote what a user wrote; the class and the stack's frames say enough.
  const frames = root.stack?.split("\n").filter((line) => line.trimStart().startsWith("at "));
  return { code: ours.code, message: ours.message, name: root.name, stack: frames?.join("\n") };
}
