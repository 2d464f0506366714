import { expect, it } from "vitest";
import { oneOf, text } from "./search-params.ts";

it("leaves empty and foreign parameters out, so that addresses stay short", () => {
  expect({ ...text({ q: "" }, "q"), ...oneOf({ view: "tree" }, "view", ["list"]) }).toEqual({});
  expect({ ...text({ q: "refund" }, "q"), ...oneOf({ view: "list" }, "view", ["list"]) }).toEqual({
    q: "refund",
    view: "list",
  });
});

it("keeps a parameter that looks like a number as text", () => {
  expect(text({ step: 1720580108806 }, "step")).toEqual({ step: "1720580108806" });
});
