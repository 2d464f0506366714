import { randomBytes } from "node:crypto";
import { accessSync, constants, existsSync, mkdirSync, readFileSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { defineErrors } from "@diwan/kernel";

export const DataErrors = defineErrors("data", {
  "not-writable": {
    kind: "caller",
    message: ({ folder }: { folder: string }) =>
      `The data folder ${folder} cannot be written to. Make it writable, or choose another with --data DIR.`,
  },
  "disk-full": {
    kind: "caller",
    message: ({ folder, megabytes }: { folder: string; megabytes: number }) =>
      `Only ${megabytes} MB are free where ${folder} is; at least 200 MB are needed. Free some space, or choose another folder with --data DIR.`,
  },
});

/** Everything an installation on one machine keeps. */
export type DataDirectory = {
  folder: string;
  /** Made at the first start; whoever loses it loses the stored credentials. */
  secretKey: string;
  files: string;
  /** Where other commands find the running installation. */
  localFile: string;
};

const LEAST_FREE_MEGABYTES = 200;

/** @throws data.not-writable, data.disk-full (caller) */
export function openDataDirectory(folder: string): DataDirectory {
  try {
    mkdirSync(join(folder, "files"), { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    throw DataErrors["not-writable"]({ folder }, { cause: error });
  }
  const { bavail, bsize } = statfsSync(folder);
  const megabytes = Math.floor((bavail * bsize) / 1_000_000);
  if (megabytes < LEAST_FREE_MEGABYTES) throw DataErrors["disk-full"]({ folder, megabytes });
  return {
    folder,
    secretKey: secretKeyIn(folder),
    files: join(folder, "files"),
    localFile: join(folder, "local.json"),
  };
}

function secretKeyIn(folder: string): string {
  const file = join(folder, "secret-key");
  if (!existsSync(file)) writeFileSync(file, `${randomBytes(42).toString("base64")}\n`, { mode: 0o600, flag: "wx" });
  return readFileSync(file, "utf8").trim();
}
