import type { InputField } from "@diwan/contracts";
import { expect, it } from "vitest";
import { curlOf } from "./curl.ts";

const field = (variable: string, type: string, change: Partial<InputField> = {}): InputField => ({
  variable,
  label: variable,
  type,
  required: true,
  hide: false,
  default: null,
  description: "",
  max_length: null,
  options: [],
  ...change,
});

it("calls a workflow with an example for every input that must be given", () => {
  const inputs = [
    field("notes", "paragraph"),
    field("tone", "select", { options: ["kind"] }),
    field("extra", "text-input", { required: false }),
  ];
  const text = curlOf({ address: "http://diwan.example", mode: "workflow", inputs, key: "app-1", streaming: false });
  expect(text).toContain("curl -X POST 'http://diwan.example/v1/workflows/run'");
  expect(JSON.parse(text.slice(text.indexOf("-d '") + 4, -1))).toEqual({
    inputs: { notes: "…", tone: "kind" },
    response_mode: "blocking",
    user: "user-1",
  });
});

it("calls a chat with a question, streaming without a buffer", () => {
  const text = curlOf({
    address: "http://diwan.example",
    mode: "advanced-chat",
    inputs: [],
    key: "app-1",
    streaming: true,
  });
  expect(text).toContain("curl -N -X POST 'http://diwan.example/v1/chat-messages'");
  expect(text).toContain('"response_mode": "streaming"');
});

it("keeps a quote in an example inside the shell's quotes", () => {
  const inputs = [field("notes", "text-input", { default: "don't" })];
  expect(curlOf({ address: "", mode: "workflow", inputs, key: "k", streaming: false })).toContain("don'\\''t");
});
