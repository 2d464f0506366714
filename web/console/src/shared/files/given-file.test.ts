import { expect, it } from "vitest";
import { acceptOf, givenFiles, givenUpload } from "./given-file.ts";

it("gives an upload to a run by its id", () => {
  const upload = {
    id: "u",
    name: "a.pdf",
    type: "document",
    mime_type: "application/pdf",
    extension: "pdf",
    size: 3,
  } as const;
  expect(givenUpload({ ...upload, created_at: "" }).value).toEqual({
    type: "document",
    transfer_method: "local_file",
    upload_file_id: "u",
  });
});

it("takes files from the values of an earlier run, and nothing else", () => {
  const remote = { transfer_method: "remote_url", remote_url: "https://example.com/a.png", size: -1 };
  expect(givenFiles([remote, "text", null, 4]).map(({ name, size }) => [name, size])).toEqual([
    ["https://example.com/a.png", null],
  ]);
  expect(givenFiles(undefined)).toEqual([]);
});

it("lets the browser offer the kinds and extensions that a field takes", () => {
  expect(acceptOf(["image", "custom"], [".PDF", "md"])).toBe("image/*,.PDF,.md");
  expect([acceptOf([], []), acceptOf(["custom"], [])]).toEqual(["", ""]);
});
