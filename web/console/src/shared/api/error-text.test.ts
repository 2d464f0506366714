import { describe, expect, it } from "vitest";
import { ApiError } from "./api-error.ts";
import { errorText, runErrorText } from "./error-text.ts";

const sentences: Record<string, string> = {
  "error.run.not-found": "This run is gone.",
  "error.unknown": "Something went wrong.",
  "error.run.inputs-invalid": "أحد المدخلات غير صحيح: {message}",
};
const t = (id: string, values: Record<string, string | number> = {}) =>
  (sentences[id] ?? id).replace("{message}", String(values["message"]));
const problem = (code: string, status: number, message: string) =>
  new ApiError({ code, status, message, request_id: "req_1" });

describe("the sentence for an error", () => {
  it("is the language's own where the code is known", () => {
    expect(errorText(t, problem("run.not-found", 404, "no such run"))).toEqual({
      why: "This run is gone.",
      requestId: undefined,
    });
  });

  it("is the server's where the request was at fault and the code is new to us", () => {
    expect(errorText(t, problem("app.too-large", 413, "The file is larger than 5 MB.")).why).toBe(
      "The file is larger than 5 MB.",
    );
  });

  it("carries the server's words where the code alone says too little", () => {
    expect(errorText(t, problem("run.inputs-invalid", 400, "notes is required")).why).toBe(
      "أحد المدخلات غير صحيح: notes is required",
    );
    expect(runErrorText(t, { code: "code.failed", message: "line 3: name 'x' is not defined" })).toContain("line 3");
  });

  it("tells which other system did not answer", () => {
    const text = errorText(t, problem("storage.unavailable", 503, "The database cannot be reached."));
    expect(text).toEqual({ why: "The database cannot be reached.", requestId: "req_1" });
  });

  it("hides the insides of a server fault and gives the request id", () => {
    const text = errorText(t, problem("internal", 500, "ECONNREFUSED 10.0.0.3:5432"));
    expect(text).toEqual({ why: "Something went wrong.", requestId: "req_1" });
  });
});
