import type { WorkspaceId } from "@diwan/kernel";
import { expect, it } from "vitest";
import { cachedProviders } from "./cached-providers.ts";
import type { ModelProviderStore } from "./ports.ts";

it("reads the providers of a workspace once, and again after they changed", async () => {
  const rows: Awaited<ReturnType<ModelProviderStore["list"]>> = [];
  let reads = 0;
  const store = cachedProviders({
    async list() {
      reads += 1;
      return [...rows];
    },
    put: async (_scope, settings) => void rows.push(settings),
    remove: async () => rows.pop() !== undefined,
  });
  const scope = { workspaceId: "w" as WorkspaceId };
  await store.list(scope);
  expect(await store.list(scope)).toEqual([]);
  expect(reads).toBe(1);
  await store.put(scope, { provider: "p", baseUrl: "http://x", updatedAt: 0, sealedKey: null, keyHint: "" });
  expect(await store.list(scope)).toHaveLength(1);
  await store.remove(scope, "p");
  expect(await store.list(scope)).toEqual([]);
  expect(reads).toBe(3);
});
