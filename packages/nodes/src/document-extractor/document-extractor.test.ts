import { defineErrors } from "@diwan/kernel";
import type { FileValue, Outcome, Value } from "@diwan/workflow";
import { describe, expect, it } from "vitest";
import type { NodePorts } from "../ports.ts";
import { runNode } from "../test-support/run-node.ts";
import { documentExtractorNode } from "./document-extractor.node.ts";
import { MAX_DOCUMENT_BYTES } from "./extract-text.ts";

const FileErrors = defineErrors("test-file", { "too-large": { kind: "author", message: "The file is too large." } });
const DocumentErrors = defineErrors("test-document", {
  unreadable: { kind: "author", message: "The file is damaged." },
});

const file = (filename: string, rest: object = {}): FileValue => ({
  dify_model_identity: "__dify__file__",
  type: "document",
  transfer_method: "local_file",
  filename,
  extension: filename.includes(".") ? filename.slice(filename.lastIndexOf(".")) : "",
  ...rest,
});

/** Reads the named contents; documents are told by their extension and size. */
function ports(contents: Record<string, Uint8Array | string>): Pick<NodePorts, "files" | "documents"> {
  return {
    files: {
      async read({ filename }, { maxBytes }) {
        const content = contents[filename!] ?? "";
        const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
        if (bytes.length > maxBytes) throw FileErrors["too-large"]();
        return bytes;
      },
      save: () => Promise.reject(new Error("nothing is saved here")),
    },
    documents: {
      async read(bytes, extension) {
        if (bytes.length === 0) throw DocumentErrors.unreadable();
        return extension === ".exe" || extension === "" ? undefined : `${extension} of ${bytes.length} bytes`;
      },
    },
  };
}

function extract(value: Value, contents: Record<string, Uint8Array | string>): Promise<Outcome> {
  const data = { variable_selector: ["start", "papers"], is_array_file: false };
  return runNode(documentExtractorNode, { data, variables: { start: { papers: value } }, ports: ports(contents) });
}

async function textOf(filename: string, content: Uint8Array | string, rest: object = {}): Promise<Value> {
  const outcome = await extract(file(filename, rest), { [filename]: content });
  if (outcome.status !== "succeeded") throw new Error(JSON.stringify(outcome));
  return outcome.outputs["text"]!;
}

it.each(["a.txt", "a.MD", "a.html", "a.xml", "a.yaml", "a.vtt", "a.log", "a.py", "a.ts"])(
  "reads %s as it is",
  async (name) => {
    expect(await textOf(name, "<b>Hi</b>\n  you: 1\n")).toBe("<b>Hi</b>\n  you: 1\n");
  },
);

it("goes by the extension first and by the media type second", async () => {
  expect(await textOf("a.txt", '{"a":1}', { mime_type: "application/json" })).toBe('{"a":1}');
  expect(await textOf("a", '{"a":1}', { mime_type: "application/json; charset=utf-8" })).toBe('{\n  "a": 1\n}');
  expect(await textOf("a.unknown", "text", { mime_type: "text/x-anything" })).toBe("text");
  expect(await textOf("a", "text", { mime_type: "application/pdf" })).toBe(".pdf of 4 bytes");
  expect(await textOf("a", "a,b\n1,2", { mime_type: "text/csv" })).toContain("| --- |");
});

it("leaves office and PDF files to the reader of documents", async () => {
  for (const extension of [".pdf", ".docx", ".xlsx", ".pptx", ".eml", ".epub", ".odt", ".doc"])
    expect(await textOf(`a${extension.toUpperCase()}`, "1234")).toBe(`${extension} of 4 bytes`);
});

it("indents JSON by two, with every number as it was written", async () => {
  expect(await textOf("a.json", '{"a":[1,1.0,12345678901234567890],"b":"é","c":{}}')).toBe(
    '{\n  "a": [\n    1,\n    1.0,\n    12345678901234567890\n  ],\n  "b": "é",\n  "c": {}\n}',
  );
});

describe("a table", () => {
  it("becomes a Markdown table with its first row as the head", async () => {
    expect(await textOf("a.csv", 'name,note\nAda,"says ""hi"",\nand | goes"\n\nGrace\n')).toBe(
      '| name | note |\n| --- | --- |\n| Ada | says "hi", and \\| goes |\n| Grace |',
    );
  });

  it("may be separated by semicolons or tabs", async () => {
    expect(await textOf("a.csv", 'a;"b,c,d"\n1;2')).toBe("| a | b,c,d |\n| --- | --- |\n| 1 | 2 |");
    expect(await textOf("a.tsv", "a\tb\n1\t2")).toBe("| a | b |\n| --- | --- |\n| 1 | 2 |");
  });

  it("may be empty, ragged or badly quoted", async () => {
    expect(await textOf("a.csv", "")).toBe("");
    expect(await textOf("a.csv", "a\n1,2")).toBe("| a |  |\n| --- | --- |\n| 1 | 2 |");
    expect(await textOf("a.csv", 'a,b\n5" pipe,2')).toContain('| 5" pipe | 2 |');
  });

  it("fails with a sentence when a quote is never closed", async () => {
    expect(await extract(file("a.csv"), { "a.csv": 'a,b\n"1,2' })).toMatchObject({
      status: "failed",
      error: { type: "TextExtractionError", message: expect.stringMatching(/^"a\.csv" cannot be read\. .*\.$/s) },
    });
  });

  it("may have a hundred thousand rows", async () => {
    const rows = Array.from({ length: 100_000 }, (_, place) => `${place},value ${place}`);
    const text = (await textOf("a.csv", `id,value\n${rows.join("\n")}`)) as string;
    expect(text.split("\n")).toHaveLength(100_002);
  });
});

it("reads what is made to be slow in the time that its size needs", async () => {
  const spaces = " ".repeat(2_000_000);
  expect(await textOf("a.csv", `a\n"x${spaces}y"`)).toContain("y |");
  expect(await textOf("a.csv", `a\n${"1,".repeat(200_000)}\n${"1\n".repeat(200_000)}`)).toContain("\n| 1 |");
  expect(await textOf("a.properties", `a=${"\\\n".repeat(1_000_000)}b`)).toBe("a: b");
  expect(await textOf("a.properties", `a=${"\\".repeat(1_000_000)}`)).toContain("a: ");
}, 20_000);

it("writes properties as lines of key and value", async () => {
  const source = "# Settings\n\ngreeting = Hello\\\n    there\npath\\:x:C\\\\tmp\nname\tAda \\u00e9\nempty=\nalone\n";
  expect(await textOf("a.properties", source)).toBe(
    "# Settings\n\ngreeting: Hellothere\npath:x: C\\tmp\nname: Ada é\nempty: \nalone: \n",
  );
});

describe("an encoding", () => {
  it("is told by a byte order mark, which is no part of the text", async () => {
    expect(await textOf("a.txt", Uint8Array.of(0xef, 0xbb, 0xbf, 0x68, 0x69))).toBe("hi");
    expect(await textOf("a.txt", Uint8Array.of(0xff, 0xfe, 0x68, 0, 0x69, 0))).toBe("hi");
    expect(await textOf("a.txt", Uint8Array.of(0xfe, 0xff, 0, 0x68, 0, 0x69))).toBe("hi");
  });

  it("is an older one where the bytes are no UTF-8: Western, or Arabic where letters stand together", async () => {
    expect(await textOf("a.txt", Buffer.from("Un café à la crème", "latin1"))).toBe("Un café à la crème");
    expect(await textOf("a.txt", Uint8Array.of(0xe3, 0xd1, 0xcd, 0xc8, 0xc7, 0x20, 0xc8, 0xdf, 0xe3))).toBe(
      "مرحبا بكم",
    );
  });

  it("never fails and never lets through what stores cannot hold", async () => {
    const every = Uint8Array.from({ length: 1_000 }, (_, place) => (place * 37) % 256);
    expect(await textOf("a.txt", every)).not.toContain("\u0000");
  });
});

it("gives a list of texts for a list of files, in its order", async () => {
  const contents = { "a.txt": "one", "b.json": "[]", "c.pdf": "123" };
  expect(
    await extract(
      Object.keys(contents).map((name) => file(name)),
      contents,
    ),
  ).toMatchObject({
    outputs: { text: ["one", "[]", ".pdf of 3 bytes"] },
  });
});

it("gives an empty list for no file at all", async () => {
  for (const nothing of [null, [], ""]) expect(await extract(nothing, {})).toMatchObject({ outputs: { text: [] } });
});

it.each<[filename: string, content: Uint8Array | string, type: string, sentence: RegExp]>([
  ["tool.exe", "MZ", "UnsupportedFileTypeError", /^Files of type "\.exe" are not supported, such as "tool\.exe"\./],
  ["nameless", "x", "UnsupportedFileTypeError", /^Files of type "unknown" are not supported/],
  ["empty.pdf", "", "TextExtractionError", /^The file is damaged\.$/],
  ["large.txt", new Uint8Array(MAX_DOCUMENT_BYTES + 1), "FileDownloadError", /^The file is too large\.$/],
  ["bad.json", "{a: 1}", "TextExtractionError", /^"bad\.json" cannot be read\. This text is not JSON/],
  ["deep.json", "[".repeat(1_000) + "]".repeat(1_000), "TextExtractionError", /more than 500 levels/],
  ["deeper.json", `${"[".repeat(100_000)}1.0${"]".repeat(100_000)}`, "TextExtractionError", /more than 500 levels/],
])("fails on %s with a sentence", async (filename, content, type, sentence) => {
  expect(await extract(file(filename), { [filename]: content })).toMatchObject({
    status: "failed",
    error: { type, message: expect.stringMatching(sentence) },
  });
});

it("fails on a variable that is not there and on what is no file", async () => {
  expect(await runNode(documentExtractorNode, { data: { variable_selector: ["start", "gone"] } })).toMatchObject({
    status: "failed",
    error: { message: "Variable start.gone not found." },
  });
  for (const other of ["text", [file("a.txt"), "b"]])
    expect(await extract(other, {})).toMatchObject({ status: "failed" });
});
