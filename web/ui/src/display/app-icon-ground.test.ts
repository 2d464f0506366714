import { expect, it } from "vitest";
import { appIconGround } from "./app-icon-ground.ts";

it("finds the soft ground nearest in hue to the colour in the app file", () => {
  expect(appIconGround("#FFEAD5")).toBe("--gold-soft");
  expect(appIconGround("#D5F5F6")).toBe("--fam-know-bg");
  expect(appIconGround("#E0EAFF")).toBe("--fam-model-bg");
  expect(appIconGround("#FCE7F6")).toBe("--fam-human-bg");
});

it("falls back to the neutral ground for white, greys and what is no colour", () => {
  expect(["#FFFFFF", "#eee", "url(evil)", ""].map(appIconGround)).toEqual(Array(4).fill("--gold-soft"));
});
