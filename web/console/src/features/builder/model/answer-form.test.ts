import type { RunForm } from "@diwan/contracts";
import { describe, expect, it } from "vitest";
import { buttonLook, formParts, readAnswers, refusedField, startAnswers } from "./answer-form.ts";
import { withValue } from "./input-form.ts";

const form: RunForm = {
  id: "f",
  node_id: "ask",
  title: "Approve",
  content: "Invoice over **500**.\n\n{{#$output.remark#}}\n\nAnd {{#$output.nobody#}} then.",
  inputs: [
    { type: "paragraph", output_variable_name: "remark" },
    { type: "select", output_variable_name: "pay_by", option_source: { type: "constant", value: ["card", "bank"] } },
    { type: "file-list", output_variable_name: "proof", number_limits: 2, allowed_file_types: ["image"] },
  ],
  actions: [],
  defaults: { remark: "Fine", pay_by: "cash" },
  expires_at: "2026-11-26T10:00:00Z",
};
const file = { name: "a.png", size: 3, value: { type: "image", transfer_method: "local_file", upload_file_id: "u" } };

describe("a form that a run asks a person to fill in", () => {
  it("has its fields where the author put them, and those the text leaves out at the end", () => {
    const said = formParts(form).map((part) => (part.kind === "text" ? part.text : part.field.label));
    expect(said).toEqual(["Invoice over **500**.", "Remark", "And {{#$output.nobody#}} then.", "Pay by", "Proof"]);
  });

  it("starts with the author's values, as far as they can be chosen", () => {
    expect(startAnswers(form)).toEqual({ remark: "Fine", pay_by: "", proof: [] });
  });

  it("needs everything but paragraphs, and names what is wrong", () => {
    expect(readAnswers(form, startAnswers(form))).toEqual({
      ok: false,
      problems: { pay_by: "required", proof: "required" },
    });
    const three = { remark: "", pay_by: "card", proof: [file, file, file] };
    expect(readAnswers(form, three)).toEqual({ ok: false, problems: { proof: "too-many-files" } });
  });

  it("sends texts as they are and files by the ids of their uploads", () => {
    expect(readAnswers(form, { remark: "", pay_by: "card", proof: [file] })).toEqual({
      ok: true,
      inputs: { remark: "", pay_by: "card", proof: [file.value] },
    });
  });

  it("waits for files that are on their way, and for refused ones to be taken out", () => {
    const coming = { ...file, value: null };
    const values = { remark: "", pay_by: "card", proof: [file, coming] };
    expect(readAnswers(form, values)).toMatchObject({ problems: { proof: "file-coming" } });
    const refused = withValue(values, "proof", (files) =>
      files.map((one) => (one.value === null ? { ...one, why: "Too large." } : one)),
    );
    expect(readAnswers(form, refused)).toMatchObject({ problems: { proof: "file-refused" } });
  });

  it("finds the field that the server's sentence is about", () => {
    expect(refusedField(form, "inputs.pay_by must be one of: card, bank")).toBe("pay_by");
    expect(refusedField(form, "action must be one of: yes")).toBeUndefined();
  });

  it("draws a button by the author's style, and plain where that is none of ours", () => {
    expect(["primary", "default", "accent", "ghost", "constructor"].map(buttonLook)).toEqual([
      "primary",
      "default",
      "accent",
      "quiet",
      "default",
    ]);
  });
});
