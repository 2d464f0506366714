import type { AppMode, InputField } from "@diwan/contracts";

type CurlNeeds = {
  /** Where this install is reached, without a slash at the end. */
  address: string;
  mode: AppMode;
  inputs: InputField[];
  key: string;
  streaming: boolean;
};

/** A call of the app that can be pasted into a shell, with an example for every input that must be given. */
export function curlOf({ address, mode, inputs, key, streaming }: CurlNeeds): string {
  const isWorkflow = mode === "workflow";
  const body = {
    inputs: Object.fromEntries(
      inputs.filter((field) => field.required).map((field) => [field.variable, exampleOf(field)]),
    ),
    ...(isWorkflow ? {} : { query: "Hello", conversation_id: "" }),
    response_mode: streaming ? "streaming" : "blocking",
    user: "user-1",
  };
  const path = isWorkflow
    ? "/v1/workflows/run"
    : mode === "completion"
      ? "/v1/completion-messages"
      : "/v1/chat-messages";
  return [
    `curl ${streaming ? "-N " : ""}-X POST '${address}${path}' \\`,
    `  -H 'Authorization: Bearer ${key}' \\`,
    "  -H 'Content-Type: application/json' \\",
    // A quote inside a quoted shell word is closed, escaped and opened again.
    `  -d '${JSON.stringify(body, null, 2).replaceAll("'", "'\\''")}'`,
  ].join("\n");
}

function exampleOf(field: InputField): unknown {
  if (field.default !== null && field.default !== undefined && field.default !== "") return field.default;
  switch (field.type) {
    case "number":
      return 1;
    case "checkbox":
      return true;
    case "json_object":
      return {};
    case "select":
      return field.options[0] ?? "";
    default:
      return "…";
  }
}
