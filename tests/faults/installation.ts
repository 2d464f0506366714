import type { ConsoleClient } from "../support/console-client.ts";
import { V1Client } from "../support/v1-client.ts";
import type { FaultApp } from "./fault-app.ts";
import type { ManagedProcess } from "./managed-process.ts";

/** An installation whose processes are killed and started again, as the workload sees it. */
export type FaultInstallation = {
  name: "cluster" | "embedded";
  /** Addresses of processes that should answer; frozen ones are among them. */
  addresses(): string[];
  console: ConsoleClient;
  processes: ManagedProcess[];
  stop(): Promise<void>;
};

export type PublishedFaultApp = FaultApp & { appId: string; key: string };

export async function publish(console: ConsoleClient, app: FaultApp): Promise<PublishedFaultApp> {
  const path = `/workspaces/${console.workspaceId}/imports`;
  const { app_id } = await console.call<{ app_id: string }>("POST", path, { content: app.content });
  const { value } = await console.call<{ value: string }>("POST", `/apps/${app_id}/keys`);
  return { ...app, appId: app_id, key: value };
}

export function clientOf(address: string, { key }: PublishedFaultApp): V1Client {
  return new V1Client(address, key);
}
