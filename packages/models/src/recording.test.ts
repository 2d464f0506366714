import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGuardedHttpClient, publicPolicy } from "@diwan/egress";
import type { WorkspaceId } from "@diwan/kernel";
import { startModelServer } from "@diwan/testkit";
import { expect, it } from "vitest";
import { createModelGateway } from "./gateway.ts";
import type { ModelPort, ModelRequest } from "./ports.ts";
import { createRecorder, createReplayer } from "./recording.ts";

const http = createGuardedHttpClient({ profile: "platform", policy: publicPolicy });

const request: ModelRequest = {
  provider: "openai",
  model: "m",
  mode: "chat",
  messages: [{ role: "user", content: "Hello" }],
  parameters: { temperature: 0.5, top_p: 1 },
  stop: [],
};

async function textOf(port: ModelPort, asked: ModelRequest): Promise<string> {
  let text = "";
  const call = { signal: new AbortController().signal, runId: "r", stepId: "s", attempt: 1 };
  for await (const part of port.stream({ workspaceId: "w" as WorkspaceId }, asked, call)) {
    if (part.type === "text-delta") text += part.text;
  }
  return text;
}

it("answers a recorded call again without the model, whatever the order of its parameters", async () => {
  const folder = mkdtempSync(join(tmpdir(), "recording-"));
  await using server = await startModelServer({ text: ["once ", "only"] });
  const live = createModelGateway({ http, onlyEndpoint: { baseUrl: server.url, apiKey: undefined } });
  expect(await textOf(createRecorder(live, folder), request)).toBe("once only");
  const again = { ...request, parameters: { top_p: 1, temperature: 0.5 } };
  expect(await textOf(createReplayer(folder), again)).toBe("once only");
  expect(server.requests).toHaveLength(1);

  const other = textOf(createReplayer(folder), { ...request, messages: [{ role: "user", content: "Bye" }] });
  await expect(other).rejects.toMatchObject({ code: "model.not-recorded" });
  await expect(other).rejects.toThrow(/"messages" is not as it was recorded/);
});
