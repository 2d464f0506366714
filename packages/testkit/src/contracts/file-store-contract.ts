import type { FileStore } from "@diwan/storage/files";
import { describe, expect, it } from "vitest";
import { aScope } from "./samples.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

async function textOf(content: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

/** What every FileStore promises. @param open  Gives a store; tests keep apart by workspace. */
export function fileStoreContract(open: () => FileStore): void {
  it("gives back what was put, whole or in part", async () => {
    const files = open();
    const own = aScope();
    expect(await files.put(own, "runs/1/output.txt", bytes("hello world"))).toEqual({ size: 11 });
    expect(await textOf(await files.read(own, "runs/1/output.txt"))).toBe("hello world");
    expect(await textOf(await files.read(own, "runs/1/output.txt", { start: 6 }))).toBe("world");
    expect(await textOf(await files.read(own, "runs/1/output.txt", { start: 2, end: 5 }))).toBe("llo");
    expect(await textOf(await files.read(own, "runs/1/output.txt", { start: 6, end: 99 }))).toBe("world");
    expect(await textOf(await files.read(own, "runs/1/output.txt", { start: 99 }))).toBe("");
    expect(await files.head(own, "runs/1/output.txt")).toMatchObject({ size: 11 });
  });

  it("keeps a stream of pieces, and an empty file", async () => {
    const files = open();
    const own = aScope();
    const pieces = async function* () {
      for (let piece = 0; piece < 100; piece += 1) yield Buffer.alloc(10_000, piece);
    };
    expect(await files.put(own, "big", pieces())).toEqual({ size: 1_000_000 });
    expect((await textOf(await files.read(own, "big"))).length).toBeGreaterThan(0);
    await files.put(own, "nothing", new Uint8Array());
    expect(await files.head(own, "nothing")).toMatchObject({ size: 0 });
    expect(await textOf(await files.read(own, "nothing"))).toBe("");
  });

  it("replaces a file as one step, and keeps the old one when the new one's source breaks", async () => {
    const files = open();
    const own = aScope();
    await files.put(own, "a", bytes("old"));
    const broken = async function* () {
      yield bytes("half of the n");
      throw new Error("the upload was cut");
    };
    await expect(files.put(own, "a", broken())).rejects.toThrow("the upload was cut");
    expect(await textOf(await files.read(own, "a"))).toBe("old");
    const reading = await files.read(own, "a");
    await files.put(own, "a", bytes("new"));
    expect(await textOf(reading)).toBe("old");
    expect(await textOf(await files.read(own, "a"))).toBe("new");
  });

  it("hides files from every other workspace", async () => {
    const files = open();
    const [mine, theirs] = [aScope(), aScope()];
    await files.put(mine, "a/b", bytes("x"));
    expect(await files.head(theirs, "a/b")).toBeUndefined();
    expect(await files.remove(theirs, "a/b")).toBe(false);
    await files.removeAll(theirs, "");
    await expect(files.read(theirs, "a/b")).rejects.toMatchObject({ code: "storage.file-not-found" });
    expect(await Array.fromAsync(files.list(theirs, ""))).toEqual([]);
    expect(await files.head(mine, "a/b")).toMatchObject({ size: 1 });
  });

  it("lists by prefix in the order of keys, and removes one or all below a prefix", async () => {
    const files = open();
    const own = aScope();
    for (const key of ["runs/2/a", "runs/1/b", "runs/1", "runs/1/a", "runs-old/x", "uploads/c"]) {
      await files.put(own, key, bytes(key));
    }
    const keys = async (prefix: string) => (await Array.fromAsync(files.list(own, prefix))).map(({ key }) => key);
    expect(await keys("runs/")).toEqual(["runs/1", "runs/1/a", "runs/1/b", "runs/2/a"]);
    expect(await keys("")).toEqual(["runs-old/x", "runs/1", "runs/1/a", "runs/1/b", "runs/2/a", "uploads/c"]);
    expect(await files.remove(own, "runs/1/a")).toBe(true);
    expect(await files.remove(own, "runs/1/a")).toBe(false);
    await files.removeAll(own, "runs/1/");
    expect(await keys("runs/")).toEqual(["runs/1", "runs/2/a"]);
    await files.removeAll(own, "");
    expect(await keys("")).toEqual([]);
  });

  it("copies a file", async () => {
    const files = open();
    const own = aScope();
    await files.put(own, "from", bytes("content"));
    await files.copy(own, "from", "to/here");
    await files.remove(own, "from");
    expect(await textOf(await files.read(own, "to/here"))).toBe("content");
    await expect(files.copy(own, "from", "again")).rejects.toMatchObject({ code: "storage.file-not-found" });
  });

  describe("refuses the key", () => {
    const bad = [
      "",
      "/",
      "a//b",
      "/a",
      "a/",
      "..",
      "a/../b",
      ".hidden",
      "a\\b",
      "a\0b",
      "ä",
      "a b",
      "x".repeat(513),
      "a@",
    ];
    it.each(bad.map((key) => [JSON.stringify(key.slice(0, 20)), key]))("%s", async (_, key) => {
      const files = open();
      const own = aScope();
      const refusal = { code: "storage.file-key-invalid" };
      await expect(files.put(own, key, bytes("x"))).rejects.toMatchObject(refusal);
      await expect(files.read(own, key)).rejects.toMatchObject(refusal);
      await expect(files.copy(own, "a", key)).rejects.toMatchObject(refusal);
    });
  });
}
