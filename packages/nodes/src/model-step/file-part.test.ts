import type { FileValue } from "@diwan/workflow";
import { expect, it } from "vitest";
import { fileParts } from "./file-part.ts";

const file = (rest: object) =>
  ({ dify_model_identity: "__dify__file__", filename: "a", ...rest }) as unknown as FileValue;
const signal = new AbortController().signal;

/** Reads what every file holds; tells how much each may be. */
function reading(bytes: string) {
  const most: number[] = [];
  const files = {
    read: async (_: FileValue, { maxBytes }: { maxBytes: number }) => {
      most.push(maxBytes);
      return Buffer.from(bytes, "latin1");
    },
    save: () => Promise.reject(new Error("Nothing is saved.")),
  };
  return { most, files, signal };
}

it("sends the bytes of a file, whether it was uploaded or lies elsewhere", async () => {
  const uploaded = file({ type: "image", mime_type: "image/png", transfer_method: "local_file", url: "/files/1" });
  const remote = file({ type: "image", mime_type: "image/png", remote_url: "https://files.example/a.png" });
  const part = { type: "file", mediaType: "image/png", data: Buffer.from("pixels").toString("base64"), detail: "low" };
  expect(await fileParts([uploaded, remote], "low", reading("pixels"))).toEqual([part, part]);
});

it("reads of each kind as much as may be uploaded", async () => {
  const kinds = ["image", "document", "audio", "video"].map((type) => file({ type, mime_type: `${type}/x` }));
  const read = reading("");
  await fileParts(kinds, "high", read);
  expect(read.most.map((bytes) => bytes / 1024 / 1024)).toEqual([10, 15, 50, 100]);
});

it("tells a picture without an extension by its first bytes", async () => {
  const picture = file({ type: "image", mime_type: "application/octet-stream" });
  for (const [bytes, mediaType] of [
    ["\x89PNG\r\n", "image/png"],
    ["\xff\xd8\xff\xe0", "image/jpeg"],
    ["GIF89a", "image/gif"],
    ["RIFF\0\0\0\0WEBPVP8", "image/webp"],
    ["something", "image/*"],
  ] as const)
    expect(await fileParts([picture], "high", reading(bytes))).toMatchObject([{ mediaType }]);
  const paper = file({ type: "document", mime_type: "application/octet-stream" });
  expect(await fileParts([paper], "high", reading("GIF89a"))).toMatchObject([
    { mediaType: "application/octet-stream" },
  ]);
});

it("names in words what no model could read, without reading it", async () => {
  const read = reading("");
  const parts = await fileParts([file({ type: "custom", filename: "a.bin" }), "no file"], "high", read);
  expect(parts).toEqual([
    { type: "text", text: "[Unsupported file type: a.bin (custom)]" },
    { type: "text", text: "" },
  ]);
  expect(read.most).toEqual([]);
});
