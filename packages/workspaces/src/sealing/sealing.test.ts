import { createIdSource, type WorkspaceId } from "@diwan/kernel";
import { expect, it } from "vitest";
import type { DataKeyStore, InstallationStore, WrappedDataKey } from "../ports.ts";
import { isSealed } from "./envelope.ts";
import { createKeyRing } from "./key-ring.ts";
import { checkSecretKey, createSealer } from "./sealer.ts";

const SECRET = "a-secret-key-of-more-than-thirty-two-bytes";
const scope = { workspaceId: "ws-1" as WorkspaceId };
const place = { column: "model_provider.key", rowId: "row-1" };

function memoryKeys(): DataKeyStore {
  const keys = new Map<string, WrappedDataKey>();
  return {
    async active({ workspaceId }, create) {
      if (!keys.has(workspaceId)) keys.set(workspaceId, create());
      return keys.get(workspaceId)!;
    },
    find: async ({ workspaceId }, id) => {
      const key = keys.get(workspaceId);
      return key?.id === id ? key : undefined;
    },
  };
}

it("opens what it sealed, and every sealing looks different", async () => {
  const sealer = createSealer(createKeyRing(SECRET), memoryKeys(), createIdSource());
  const [a, b] = [await sealer.seal(scope, place, "sk-مفتاح"), await sealer.seal(scope, place, "sk-مفتاح")];
  expect(a).not.toBe(b);
  expect(isSealed(a)).toBe(true);
  expect(await sealer.open(scope, place, a)).toBe("sk-مفتاح");
});

it("does not open a value that was moved to another row or changed by one character", async () => {
  const sealer = createSealer(createKeyRing(SECRET), memoryKeys(), createIdSource());
  const sealed = await sealer.seal(scope, place, "sk-1");
  await expect(sealer.open(scope, { ...place, rowId: "row-2" }, sealed)).rejects.toMatchObject({
    code: "secret.cannot-open",
  });
  const from = sealed.lastIndexOf(".") + 1;
  const changed = sealed.slice(0, from) + (sealed[from] === "A" ? "B" : "A") + sealed.slice(from + 1);
  await expect(sealer.open(scope, place, changed)).rejects.toMatchObject({ code: "secret.cannot-open" });
});

it("refuses a shortened authentication tag", async () => {
  const sealer = createSealer(createKeyRing(SECRET), memoryKeys(), createIdSource());
  const parts = (await sealer.seal(scope, place, "sk-1")).split(".");
  parts[3] = Buffer.from(parts[3]!, "base64url").subarray(0, 4).toString("base64url");
  await expect(sealer.open(scope, place, parts.join("."))).rejects.toMatchObject({ code: "secret.cannot-open" });
});

it("refuses keys that are short or publicly known", () => {
  expect(() => createKeyRing("short")).toThrow(/at least 32 bytes/);
  expect(() => createKeyRing("sk-9f73s3ljTXVcMT3Blb3ljTqtsKiGHXVcMT3BlbkFJLK7U")).toThrow(/random/);
});

it("stops a start with a wrong secret key, and accepts the old one while it is named", async () => {
  const stored = new Map<string, string>();
  const installation: InstallationStore = {
    read: async (key) => stored.get(key),
    write: async (key, value) => void stored.set(key, value),
    async writeIfAbsent(key, value) {
      if (!stored.has(key)) stored.set(key, value);
      return stored.get(key)!;
    },
    remove: async (key) => void stored.delete(key),
  };
  const next = `${SECRET}-next`;
  await checkSecretKey(createKeyRing(SECRET), installation);
  await expect(checkSecretKey(createKeyRing(next), installation)).rejects.toMatchObject({ code: "secret.wrong-key" });
  await checkSecretKey(createKeyRing(next, [SECRET]), installation);
  await checkSecretKey(createKeyRing(next), installation);
});
