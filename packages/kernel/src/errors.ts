/** Whose move it is when something goes wrong; decides HTTP status, retries and log level everywhere. */
export type ErrorKind = "caller" | "author" | "dependency" | "defect";

export type ErrorOptions = {
  cause?: unknown;
  /** How long whoever asked should wait before trying again. */
  retryAfterMs?: number;
  /** Which parts of the request are wrong; `path` in dotted form (`inputs.city`). */
  details?: ErrorDetail[];
};

export type ErrorDetail = { path: string; message: string };

/** An error of ours. Across processes compare `code`; never text or class. */
export class DiwanError extends Error {
  override readonly name = "DiwanError";
  readonly code: string;
  readonly kind: ErrorKind;
  readonly retryAfterMs: number | undefined;
  readonly details: ErrorDetail[] | undefined;

  constructor(code: string, kind: ErrorKind, message: string, options: ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.kind = kind;
    this.retryAfterMs = options.retryAfterMs;
    this.details = options.details;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the parameter type is inferred per entry from its own message function
type ErrorEntry = { kind: ErrorKind; message: string | ((params: any) => string) };

type ErrorFactory<Entry extends ErrorEntry> = Entry["message"] extends (params: infer Params) => string
  ? (params: Params, options?: ErrorOptions) => DiwanError
  : (params?: Record<string, never>, options?: ErrorOptions) => DiwanError;

/**
 * Declares the errors of one area.
 *
 * @returns One factory per entry; the error's code is `area.name`.
 */
export function defineErrors<const Entries extends Record<string, ErrorEntry>>(
  area: string,
  entries: Entries,
): { [Name in keyof Entries]: ErrorFactory<Entries[Name]> } {
  const factories: Record<string, (params?: unknown, options?: ErrorOptions) => DiwanError> = {};
  for (const [name, entry] of Object.entries(entries)) {
    const code = `${area}.${name}`;
    errorCatalogue.set(code, entry.kind);
    factories[name] = (params, options) =>
      new DiwanError(
        code,
        entry.kind,
        typeof entry.message === "string" ? entry.message : entry.message(params ?? {}),
        options,
      );
  }
  return factories as { [Name in keyof Entries]: ErrorFactory<Entries[Name]> };
}

const errorCatalogue = new Map<string, ErrorKind>();

/** Every code declared by the modules loaded so far, with its kind. `docs/reference/errors.md` is checked against it. */
export function declaredErrors(): ReadonlyMap<string, ErrorKind> {
  return errorCatalogue;
}

/** The error itself when it is ours; anything else becomes `defect.unexpected` with the original as its cause. */
export function asDiwanError(error: unknown): DiwanError {
  return error instanceof DiwanError ? error : DefectErrors.unexpected({}, { cause: error });
}

export const DefectErrors = defineErrors("defect", {
  unexpected: { kind: "defect", message: "Something went wrong on our side." },
});

export const RequestErrors = defineErrors("request", {
  invalid: { kind: "caller", message: ({ what }: { what: string }) => what },
  "not-found": { kind: "caller", message: ({ what }: { what: string }) => `${what} was not found.` },
});
