import { createHmac, timingSafeEqual } from "node:crypto";
import type { Clock } from "@diwan/kernel";
import type { KeyRing, RootKey } from "./key-ring.ts";

type SignedQuery = { expires?: string | undefined; sign?: string | undefined };

/** Addresses of files that work for a while, for whoever holds them. */
export type FileSigner = {
  urlOf(fileId: string): string;
  /** Whether the query of such an address is genuine and its time not over. */
  isGenuine(fileId: string, query: SignedQuery): boolean;
};

/** @param baseUrl  Asked each time: where a server listens is known only once it does. */
export function createFileSigner(
  ring: KeyRing,
  { clock, timeoutMs, baseUrl }: { clock: Clock; timeoutMs: number; baseUrl: () => string },
): FileSigner {
  return {
    urlOf(fileId) {
      const expires = String(Math.floor((clock.now() + timeoutMs) / 1000));
      const key = ring.current;
      const query = new URLSearchParams({ expires, sign: `${key.id}.${signatureOf(key, fileId, expires)}` });
      return `${baseUrl()}/files/${fileId}/file-preview?${query}`;
    },
    isGenuine(fileId, { expires, sign }) {
      if (expires === undefined || sign === undefined || !/^\d{1,12}$/.test(expires)) return false;
      const [keyId, signature] = sign.split(".");
      const key = ring.find(keyId ?? "");
      if (key === undefined || signature === undefined || Number(expires) * 1000 < clock.now()) return false;
      const wanted = Buffer.from(signatureOf(key, fileId, expires));
      const given = Buffer.from(signature);
      return wanted.length === given.length && timingSafeEqual(wanted, given);
    },
  };
}

function signatureOf(key: RootKey, fileId: string, expires: string): string {
  return createHmac("sha256", key.derive("file-url")).update(`${fileId} ${expires}`).digest("base64url");
}
