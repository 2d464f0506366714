import { createIdSource } from "@diwan/kernel";
import {
  aScope,
  conversationStoreContract,
  endUserStoreContract,
  ids,
  runStoreContract,
} from "@diwan/testkit/contracts";
import { describe, expect, it } from "vitest";
import { createMemoryStores } from "./create-memory-stores.ts";

const open = () => createMemoryStores({ ids: createIdSource() });

describe("runs in memory", () => runStoreContract(open));
describe("conversations in memory", () => conversationStoreContract(() => open().conversations));
describe("end users in memory", () => endUserStoreContract(() => open().endUsers));

it("versions in memory are found in their workspace", async () => {
  const { versions } = open();
  const own = aScope();
  const version = { id: ids.next<"app-version">(), appId: ids.next<"app">(), documentText: "kind: app" };
  versions.put(own, version);
  expect(await versions.find(own, version.id)).toEqual(version);
  expect(await versions.find(aScope(), version.id)).toBeUndefined();
});
