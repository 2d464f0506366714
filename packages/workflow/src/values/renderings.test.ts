import { describe, expect, it } from "vitest";
import { type FileValue, float, renderLog, renderMarkdown, renderText, type Value } from "./index.ts";

const image: FileValue = {
  dify_model_identity: "__dify__file__",
  type: "image",
  transfer_method: "remote_url",
  filename: "cat.png",
  url: "https://files/cat",
};
const nameless: FileValue = { ...image, type: "document", filename: null, url: "https://files/x" };

describe("a variable as text, Markdown and log line", () => {
  it.each<[string, Value, string, string, string]>([
    ["null", null, "", "", ""],
    ["text", "a\n'b'", "a\n'b'", "a\n'b'", "a\n'b'"],
    ["integer", 3, "3", "3", "3"],
    ["float", float(3), "3.0", "3.0", "3.0"],
    ["large float", float(1e16), "1e+16", "1e+16", "1e+16"],
    ["small float", 0.00001, "1e-05", "1e-05", "1e-05"],
    ["boolean", true, "True", "True", "True"],
    [
      "object",
      { a: [1, "ü"] },
      '{"a": [1, "ü"]}',
      '{\n  "a": [\n    1,\n    "ü"\n  ]\n}',
      '{\n  "a": [\n    1,\n    "ü"\n  ]\n}',
    ],
    ["empty list", [], "", "", "[]"],
    ["texts", ["a", "it's"], '["a", "it\'s"]', "- a\n- it's", "['a', \"it's\"]"],
    ["numbers", [1, 2.5, float(3)], "[1, 2.5, 3.0]", "- 1\n- 2.5\n- 3.0", "[1, 2.5, 3.0]"],
    ["booleans", [true], "[True]", "- True", "[True]"],
    ["objects", [{ a: 1, b: null }], "[{'a': 1, 'b': None}]", "- {'a': 1, 'b': None}", "[{'a': 1, 'b': None}]"],
    ["mixed list", [1, "a", null], "[1, 'a', None]", "- 1\n- a\n- None", "[1, 'a', None]"],
    ["image", image, "", "![cat.png](https://files/cat)", ""],
    ["other file without a name", nameless, "", "[https://files/x](https://files/x)", ""],
    ["files", [image, nameless], "", "![cat.png](https://files/cat)\n[https://files/x](https://files/x)", ""],
  ])("%s", (_name, value, text, markdown, log) => {
    expect(renderText(value)).toBe(text);
    expect(renderMarkdown(value)).toBe(markdown);
    expect(renderLog(value)).toBe(log);
  });

  it("follows the declared type of a list where there is one", () => {
    expect(renderText(["a"], "array[any]")).toBe("['a']");
    expect(renderText([], "array[file]")).toBe("");
  });
});

describe("a secret in a log", () => {
  it("shows its ends when it is long enough, stars otherwise", () => {
    expect(renderLog("sk-1234567890", "secret")).toBe("sk-123************90");
    expect(renderLog("12345678", "secret")).toBe("********************");
    expect(renderLog("", "secret")).toBe("");
    expect(renderText("sk-1234567890", "secret")).toBe("sk-1234567890");
  });
});
