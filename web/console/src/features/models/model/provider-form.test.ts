import { expect, it } from "vitest";
import { checkProviderForm } from "./provider-form.ts";

const form = { provider: "langgenius/openai/openai", baseUrl: "https://api.openai.com/v1", apiKey: "sk-1" };

it("accepts an endpoint with an address and a key", () => {
  expect(checkProviderForm(form, false)).toEqual({});
});

it("keeps a stored key when the field is left empty, and asks for one where there is none", () => {
  expect(checkProviderForm({ ...form, apiKey: "" }, true)).toEqual({});
  expect(checkProviderForm({ ...form, apiKey: "" }, false)).toEqual({ apiKey: "required" });
});

it("lets a local server go without a key", () => {
  expect(checkProviderForm({ ...form, baseUrl: "http://localhost:11434/v1", apiKey: "" }, false)).toEqual({});
  expect(checkProviderForm({ ...form, baseUrl: "http://vllm:8000/v1", apiKey: "" }, false)).toEqual({});
});

it("refuses what is no web address", () => {
  expect(checkProviderForm({ ...form, baseUrl: "api.openai.com" }, false)).toEqual({ baseUrl: "address" });
  expect(checkProviderForm({ provider: " ", baseUrl: "", apiKey: "k" }, false)).toEqual({
    provider: "required",
    baseUrl: "required",
  });
});
