declare const brand: unique symbol;

/** UUIDv7 text, told apart by what it names. */
export type Id<Kind extends string> = string & { readonly [brand]: Kind };

export type AccountId = Id<"account">;
export type ApiKeyId = Id<"api-key">;
export type AppId = Id<"app">;
export type AppVersionId = Id<"app-version">;
export type ConversationId = Id<"conversation">;
export type EndUserId = Id<"end-user">;
export type ImportId = Id<"import">;
export type MessageId = Id<"message">;
export type RunId = Id<"run">;
export type SessionId = Id<"session">;
export type StepId = Id<"step">;
export type WorkspaceId = Id<"workspace">;

/** Where new ids come from; injected, so tests and replays can give fixed ones. */
export type IdSource = { next<Kind extends string>(): Id<Kind> };

/** Every store call carries the workspace whose rows it may see. */
export type WorkspaceScope = { readonly workspaceId: WorkspaceId };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** Reads an id that came from outside; undefined when it is no UUID. */
export function parseId<Kind extends string>(text: string): Id<Kind> | undefined {
  return UUID.test(text) ? (text.toLowerCase() as Id<Kind>) : undefined;
}

/**
 * UUIDv7: 48 bits of Unix milliseconds, then a 12-bit counter, then 62 random bits, so ids made by one source sort by
 * the order in which they were made.
 *
 * @source RFC 9562 §5.7 and §6.2, method 1
 */
export function createIdSource(now: () => number = Date.now): IdSource {
  // Asking for random bytes costs more than making an id of them.
  const pool = new Uint8Array(512);
  let used = pool.length;
  let lastMs = 0;
  let counter = 0;
  return {
    next<Kind extends string>() {
      if (used === pool.length) {
        crypto.getRandomValues(pool);
        used = 0;
      }
      const bytes = pool.subarray(used, used + 8);
      used += 8;
      const ms = Math.max(now(), lastMs);
      // A fresh millisecond starts low in the counter's range; a burst counts on and borrows the next millisecond.
      if (ms > lastMs) counter = bytes[0]! & 0x7f;
      else counter += 1;
      lastMs = ms;
      if (counter > 0xfff) {
        lastMs += 1;
        counter = 0;
      }
      const time = lastMs.toString(16).padStart(12, "0");
      const tail = Array.from(bytes, hexByte).join("");
      const variant = (0x8 | (bytes[0]! & 0x3)).toString(16);
      const head = `${time.slice(0, 8)}-${time.slice(8)}-7${counter.toString(16).padStart(3, "0")}`;
      return `${head}-${variant}${tail.slice(1, 4)}-${tail.slice(4)}` as Id<Kind>;
    },
  };
}

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const hexByte = (byte: number) => hex[byte]!;
