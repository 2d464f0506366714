import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { WorkspaceId } from "@diwan/kernel";
import { aScope, fileStoreContract } from "@diwan/testkit/contracts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DiskFileStore } from "./disk-file-store.ts";

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "diwan-files-"));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe("DiskFileStore", () => {
  fileStoreContract(() => new DiskFileStore(root));

  it("leaves nothing half-written behind, and opens files to no other user", async () => {
    const files = new DiskFileStore(root);
    const own = aScope();
    const broken = async function* () {
      yield new Uint8Array(10);
      throw new Error("cut");
    };
    await files.put(own, "whole", new Uint8Array(10));
    await expect(files.put(own, "half", broken())).rejects.toThrow("cut");
    expect(readdirSync(join(root, ".incoming"))).toEqual([]);
    expect(statSync(join(root, own.workspaceId, "whole@")).mode & 0o077).toBe(0);
  });

  it("says so when the disk does not take a file", async () => {
    const files = new DiskFileStore("/dev/null/files");
    await expect(files.put(aScope(), "a", new Uint8Array(1))).rejects.toMatchObject({
      code: "storage.file-write-failed",
      kind: "dependency",
    });
  });

  it("takes no workspace id that would lead elsewhere", async () => {
    const scope = { workspaceId: "../elsewhere" as WorkspaceId };
    await expect(new DiskFileStore(root).put(scope, "a", new Uint8Array(1))).rejects.toMatchObject({
      code: "storage.file-key-invalid",
    });
  });
});
