import { expect, it } from "vitest";
import { type Asker, publicPolicy } from "../core/policy.ts";
import { askingFor, type HttpRequest } from "../http-client.ts";
import { guardedLookup, targetOf } from "./guard.ts";

const entry = { host: "api.example.com", workspaceId: "w1", appId: undefined, by: "ada", reason: "invoices" };
const settings = {
  profile: "untrusted",
  policy: { ...publicPolicy, mode: "allowlist", managed: [{ ...entry, until: undefined }] },
  resolver: { resolve: async () => ["93.184.216.34"] },
} as const;

/** What a request for this asker would be connected to; the code of the refusal where it is not. */
async function lookedUpFor(asker: Asker): Promise<unknown> {
  const sent: HttpRequest[] = [];
  const client = askingFor(
    {
      async send(request) {
        sent.push(request);
        throw new Error("nothing is sent here");
      },
    },
    asker,
  );
  await client.send({ method: "GET", url: "http://api.example.com/" } as HttpRequest).catch(() => {});
  const [request] = sent;
  const { host, ...target } = targetOf(request!, new URL(request!.url));
  return new Promise((resolve) => {
    guardedLookup(settings, target)(host, { all: true }, (error, found) => {
      resolve(error === null ? found : (error as { code?: string }).code);
    });
  });
}

it("leads one workspace to what was allowed to it, and no other", async () => {
  expect(await lookedUpFor({ workspaceId: "w1", appId: "a1" })).toEqual([{ address: "93.184.216.34", family: 4 }]);
  expect(await lookedUpFor({ workspaceId: "w2" })).toBe("egress.blocked");
  expect(await lookedUpFor({})).toBe("egress.blocked");
});
