import { spawnSync } from "node:child_process";
import { closeSync, existsSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { copyEmbeddedTemplate, freePort } from "@diwan/testkit/services";
import { ConsoleClient } from "../support/console-client.ts";
import { projectRoot } from "../support/installation.ts";
import type { FaultInstallation } from "./installation.ts";
import { ManagedProcess } from "./managed-process.ts";

export type FaultEmbedded = FaultInstallation & {
  standalone: ManagedProcess;
  folder: string;
  /** Takes what is free on the disk of the data folder; undefined where the disk is not our own. */
  fillDisk: (() => void) | undefined;
  freeDisk(): void;
};

const SECRET = "the secret of this test";
const DISK_MB = 320;

/** Everything in one process, on a small disk of its own where one can be made. */
export async function startEmbedded(folder: string, modelUrl: string): Promise<FaultEmbedded> {
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${DISK_MB}m`, "diwan-faults", folder]).status === 0;
  const data = join(folder, "data");
  await copyEmbeddedTemplate(data);
  const local = join(data, "local.json");
  const ballast = join(folder, "ballast");
  const port = await freePort();
  const address = `http://127.0.0.1:${port}`;
  const standalone = new ManagedProcess({
    name: "standalone",
    command: process.execPath,
    args: [join(projectRoot, "services/standalone/src/cli/main.ts"), "start", "--port", String(port), "--data", data],
    environment: {
      PATH: process.env["PATH"],
      NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"],
      OPENAI_API_BASE: modelUrl,
      OPENAI_API_KEY: "sk-test",
      INIT_PASSWORD: SECRET,
      DIWAN_EGRESS_ALLOW_PRIVATE: "127.0.0.0/8",
    },
    // What a killed process left behind must not be taken for a new one.
    beforeStart: () => rmSync(local, { force: true }),
    isReady: async () => existsSync(local) && (await fetch(`${address}/healthz`)).ok,
  });
  const stop = async () => {
    standalone.thaw();
    await standalone.kill();
  };
  try {
    await standalone.start();
    const console = new ConsoleClient(address);
    await console.setUp(SECRET);
    return {
      name: "embedded",
      addresses: () => (standalone.state === "down" ? [] : [address]),
      console,
      processes: [standalone],
      stop,
      standalone,
      folder: data,
      fillDisk: mounted ? () => fill(ballast) : undefined,
      freeDisk: () => rmSync(ballast, { force: true }),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

export function unmount(folder: string): void {
  spawnSync("umount", ["-l", folder]);
}

/** Down to the last block. */
function fill(ballast: string): void {
  const file = openSync(ballast, "a");
  try {
    for (let size = 16 * 1024 * 1024; size >= 4096; ) {
      try {
        if (writeSync(file, Buffer.alloc(size)) < size) size /= 2;
      } catch {
        size /= 2;
      }
    }
  } finally {
    closeSync(file);
  }
}
