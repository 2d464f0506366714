import type { EndUserStore } from "@diwan/runs";
import { expect, it } from "vitest";
import { aScope, ids } from "./samples.ts";

export function endUserStoreContract(open: () => EndUserStore): void {
  it("makes an end user on first use, once, also for several requests at the same moment", async () => {
    const endUsers = open();
    const own = aScope();
    const appId = ids.next<"app">();
    const found = await Promise.all(Array.from({ length: 5 }, () => endUsers.findOrCreate(own, appId, "reader-7")));
    expect(new Set(found.map(({ id }) => id)).size).toBe(1);
    expect(await endUsers.findOrCreate(own, appId, "reader-7")).toEqual(found[0]);
  });

  it("tells apart users, apps, and names of any length or none", async () => {
    const endUsers = open();
    const own = aScope();
    const [one, two] = [ids.next<"app">(), ids.next<"app">()];
    const long = "x".repeat(10_000);
    const made = await Promise.all([
      endUsers.findOrCreate(own, one, "a"),
      endUsers.findOrCreate(own, one, "A"),
      endUsers.findOrCreate(own, one, ""),
      endUsers.findOrCreate(own, one, `${long}1`),
      endUsers.findOrCreate(own, one, `${long}2`),
      endUsers.findOrCreate(own, two, "a"),
    ]);
    expect(new Set(made.map(({ id }) => id)).size).toBe(made.length);
  });
}
