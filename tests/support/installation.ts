import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createLogger } from "@diwan/kernel/node";
import { openDataDirectory, type Standalone, standaloneConfig, startStandalone } from "@diwan/standalone";
import { type ModelServer, startModelServer } from "@diwan/testkit";
import { copyEmbeddedTemplate } from "@diwan/testkit/services";
import { ConsoleClient } from "./console-client.ts";
import { V1Client } from "./v1-client.ts";

export const projectRoot = resolve(import.meta.dirname, "../..");

export type PublishedApp = { appId: string; key: string; v1: V1Client };

/** A whole installation in this process: console API, service API, worker and database, with a scripted model. */
export type TestInstallation = AsyncDisposable & {
  standalone: Standalone;
  url: string;
  folder: string;
  /** Lines of level warn and above. */
  log: readonly string[];
  /** What `langgenius/openai/openai` leads to. */
  model: ModelServer;
  /** The owner, signed in. */
  console: ConsoleClient;
  /** Imports an app file, publishes it and makes a key. */
  publish(content: string): Promise<PublishedApp>;
};

export type InstallationOptions = {
  settings?: Record<string, string>;
  /** Runs on the data folder before the start. */
  prepare?(folder: string): Promise<void>;
  /** Runs before there is an owner. */
  setUp?(console: ConsoleClient, secret: string): Promise<void>;
};

export async function startInstallation({
  settings = {},
  prepare,
  setUp,
}: InstallationOptions = {}): Promise<TestInstallation> {
  const folder = mkdtempSync(join(tmpdir(), "diwan-test-"));
  await copyEmbeddedTemplate(folder);
  await prepare?.(folder);
  const model = await startModelServer();
  const log: string[] = [];
  const standalone = await startStandalone({
    data: openDataDirectory(folder),
    host: "127.0.0.1",
    port: 0,
    config: standaloneConfig({ OPENAI_API_BASE: model.url, OPENAI_API_KEY: "sk-test", ...settings }),
    logger: (component) => createLogger({ component, level: "warn", destination: { write: (line) => log.push(line) } }),
    version: "test",
    root: projectRoot,
  });
  const { url } = standalone;
  const console = new ConsoleClient(url);
  if (standalone.setupSecret !== undefined) {
    await setUp?.(console, standalone.setupSecret);
    await console.setUp(standalone.setupSecret);
  }
  return {
    standalone,
    url,
    folder,
    log,
    model,
    console,
    publish: (content) => publishApp(console, content),
    async [Symbol.asyncDispose]() {
      await standalone.close();
      await model[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function publishApp(console: ConsoleClient, content: string): Promise<PublishedApp> {
  const imported = await console.call<{ app_id: string }>("POST", `/workspaces/${console.workspaceId}/imports`, {
    content,
  });
  const { value: key } = await console.call<{ value: string }>("POST", `/apps/${imported.app_id}/keys`);
  return { appId: imported.app_id, key, v1: new V1Client(console.url, key) };
}
