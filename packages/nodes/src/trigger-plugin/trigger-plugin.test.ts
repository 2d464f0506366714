import { expect, it } from "vitest";
import { runNode } from "../test-support/run-node.ts";
import { triggerPluginNode } from "./trigger-plugin.node.ts";

it("gives the fields of the event and nothing else", async () => {
  const data = { plugin_id: "acme/tracker", event_name: "issue_opened", event_parameters: null };
  const variables = { step: { title: "It broke", labels: ["bug"] }, sys: { user_id: "ada" } };
  const fields = { title: "It broke", labels: ["bug"] };
  expect(await runNode(triggerPluginNode, { data, variables })).toEqual({
    status: "succeeded",
    outputs: fields,
    inputs: fields,
  });
  expect(triggerPluginNode.kind).toBe("root");
});
