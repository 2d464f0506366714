import { expect, it } from "vitest";
import { runNode } from "../test-support/run-node.ts";
import { WebhookSettings } from "./settings.ts";
import { triggerWebhookNode } from "./trigger-webhook.node.ts";

const data = {
  method: "post",
  content_type: "application/json",
  headers: [{ name: "X-Signature-256", type: "string", required: true }],
  params: [{ name: "page", type: "number", required: false, default: 1 }],
  body: [
    { name: "order", type: "object", required: true },
    { name: "note", type: "string", required: false },
  ],
};
const raw = { method: "POST", headers: {}, query_params: {}, body: {}, files: {} };

it("gives each declared item, null or its default where the request left it out, and the whole request", async () => {
  const variables = { step: { X_Signature_256: "abc", order: { id: 7 }, undeclared: 1, _webhook_raw: raw } };
  expect(await runNode(triggerWebhookNode, { data, variables })).toMatchObject({
    status: "succeeded",
    outputs: { X_Signature_256: "abc", page: 1, order: { id: 7 }, note: null, _webhook_raw: raw },
  });
});

it("refuses a request without what is required, or with something of another type", async () => {
  const missing = { step: { order: { id: 7 } } };
  expect(await runNode(triggerWebhookNode, { data, variables: missing })).toMatchObject({
    status: "failed",
    error: { message: 'The request must bring "X_Signature_256".' },
  });
  const wrong = { step: { X_Signature_256: "abc", order: "seven" } };
  expect(await runNode(triggerWebhookNode, { data, variables: wrong })).toMatchObject({
    error: { message: '"order" of the request must be of type object.' },
  });
});

it("has defaults for everything that files leave out", () => {
  expect(WebhookSettings.parse({ content_type: "", status_code: null })).toEqual({
    method: "get",
    content_type: "application/json",
    headers: [],
    params: [],
    body: [],
    status_code: 200,
    response_body: "",
    timeout: 30,
    async_mode: true,
  });
});

it("answers with a status of success or redirection only", () => {
  expect(WebhookSettings.safeParse({ status_code: 399 }).success).toBe(true);
  for (const wrong of [{ status_code: 400 }, { status_code: "soon" }, { method: "fetch" }])
    expect(WebhookSettings.safeParse(wrong).success).toBe(false);
});

it("is where a run can begin", () => {
  expect(triggerWebhookNode.kind).toBe("root");
});
