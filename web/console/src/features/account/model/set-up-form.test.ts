import { describe, expect, it } from "vitest";
import { checkSetUpForm, safeNext, secretOf } from "./set-up-form.ts";

const good = { secret: "s", name: "Amal", email: "amal@najm.example", password: "twelve chars", workspaceName: "Najm" };

describe("the set-up form", () => {
  it("accepts an owner with a password of twelve characters", () => {
    expect(checkSetUpForm(good)).toEqual({});
  });

  it("names every field that is missing or wrong", () => {
    const problems = checkSetUpForm({ secret: "", name: " ", email: "amal", password: "short", workspaceName: "" });
    expect(problems).toEqual({
      secret: "required",
      name: "required",
      email: "email",
      password: "password",
      workspaceName: "required",
    });
  });

  it("counts an emoji in a password as one character", () => {
    expect(checkSetUpForm({ ...good, password: "🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑🔑" })).toEqual({ password: "password" });
  });
});

it("takes the set-up secret from the fragment that the server printed", () => {
  expect(secretOf("#secret=a%2Bb")).toBe("a+b");
  expect(secretOf("")).toBe("");
});

it("follows only addresses of this console after sign-in", () => {
  expect(safeNext("/apps/1/build?run=2")).toBe("/apps/1/build?run=2");
  expect(["//evil.example", "/\\evil.example", "https://evil.example", undefined].map(safeNext)).toEqual(
    Array(4).fill("/studio"),
  );
});
