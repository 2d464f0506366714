import { DiwanError } from "@diwan/kernel";
import { StorageErrors } from "../errors.ts";

/** Somebody else holds what was asked for: waiting limits, deadlocks, full connection tables. */
const busyStates = new Set(["57014", "55P03", "40001", "40P01", "53300", "25P03"]);
/** No room for what is to be written. */
const fullStates = new Set(["53100"]);
const connectionCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOENT",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "EPIPE",
]);

/**
 * Turns what `pg` and Drizzle throw into ours. The original stays as the cause only: Drizzle puts the parameters of a
 * statement into its message, Postgres the values of a row into its detail.
 */
export function asStorageError(error: unknown): DiwanError {
  if (error instanceof DiwanError) return error;
  const cause = withoutDrizzle(error);
  const code = codeOf(cause) ?? "";
  const retryAfterMs = 1_000;
  if (busyStates.has(code) || isPoolExhausted(cause)) return StorageErrors.busy({}, { cause, retryAfterMs });
  if (fullStates.has(code)) return StorageErrors.full({}, { cause, retryAfterMs });
  if (connectionCodes.has(code) || /^(08|57P0)/.test(code) || isConnectionLost(cause)) {
    return StorageErrors.unavailable({}, { cause, retryAfterMs });
  }
  if (cause instanceof DiwanError) return cause;
  return StorageErrors["query-failed"]({ sqlState: code || "unknown" }, { cause });
}

/** True when this is a unique violation of that constraint or index. */
export function violates(error: unknown, constraint: string): boolean {
  const cause = (error instanceof DiwanError ? error.cause : error) as { code?: string; constraint?: string };
  return cause?.code === "23505" && cause.constraint === constraint;
}

function withoutDrizzle(error: unknown): unknown {
  const isDrizzle = error instanceof Error && error.constructor.name === "DrizzleQueryError";
  return isDrizzle ? error.cause : error;
}

function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : undefined;
}

/** `pg` gives these two no code. */
function isPoolExhausted(error: unknown): boolean {
  return error instanceof Error && error.message === "timeout exceeded when trying to connect";
}

function isConnectionLost(error: unknown): boolean {
  return (
    error instanceof Error && /^(Connection terminated|Client has encountered a connection error)/.test(error.message)
  );
}
