import { expect, it } from "vitest";
import type { FileValue } from "../values/index.ts";
import { problemWithFile } from "./check-files.ts";
import { readInputFields } from "./input-fields.ts";

const file = (type: FileValue["type"], filename: string): FileValue => ({
  dify_model_identity: "__dify__file__",
  type,
  transfer_method: "local_file",
  filename,
});

function problem(field: object, given: FileValue): string | undefined {
  const [read] = readInputFields({ variables: [{ variable: "papers", type: "file", ...field }] });
  return problemWithFile(read!, given);
}

it("takes every file where a field names no types", () => {
  expect(problem({}, file("audio", "a.mp3"))).toBeUndefined();
  expect(problem({ allowed_file_types: null }, file("custom", "a.bin"))).toBeUndefined();
});

it("takes files of the named types only", () => {
  const field = { allowed_file_types: ["image"] };
  expect(problem(field, file("image", "a.png"))).toBeUndefined();
  expect(problem(field, file("document", "a.pdf"))).toMatch(/^a\.pdf is of a type that papers/);
});

it("holds what is none of the named types against the list of extensions where custom is named", () => {
  const field = { allowed_file_types: ["document", "custom"], allowed_file_extensions: [".LOG", "dat"] };
  expect(problem(field, file("custom", "server.log"))).toBeUndefined();
  expect(problem(field, file("image", "photo.dat"))).toBeUndefined();
  expect(problem(field, file("document", "plan.pdf"))).toBeUndefined();
  expect(problem(field, file("custom", "tool.exe"))).toMatch(/does not take/);
  expect(problem({ allowed_file_types: ["custom"] }, file("custom", "tool.exe"))).toBeUndefined();
});

it("takes files by the named ways of upload only", () => {
  const field = { allowed_file_upload_methods: ["remote_url"] };
  expect(problem(field, file("image", "a.png"))).toBe("papers in input form does not take files by local_file");
});
