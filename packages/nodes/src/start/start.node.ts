import { defineNode, fail, type InputField, isObject, readInputFields, succeed, type Value } from "@diwan/workflow";
import type { z } from "zod";
import { compileJsonSchema } from "../json-schema.ts";
import type { NodePorts } from "../ports.ts";
import { AnyObject } from "../settings.ts";

const Settings = AnyObject.transform((data, context) => {
  const fields = readInputFields(data);
  const schemas = new Map<string, ReturnType<typeof compileJsonSchema>>();
  for (const field of fields) {
    if (field.type !== "json_object" || field.jsonSchema === null || field.jsonSchema === "") continue;
    try {
      schemas.set(field.variable, compileJsonSchema(field.jsonSchema));
    } catch (error) {
      const message = `the JSON schema of "${field.variable}" is not usable: ${(error as Error).message}`;
      context.addIssue({ code: "custom", path: ["variables"], message });
    }
  }
  return { fields, schemas };
});
type Settings = z.infer<typeof Settings>;

/**
 * Where a run begins. Its outputs are the declared inputs and a snapshot of everything else that is known by now, under
 * names with a dot (`sys.query`): old files select those. Secrets are left out of the snapshot.
 */
export const startNode = defineNode<NodePorts, Settings>({
  type: "start",
  version: 1,
  kind: "root",
  settings: Settings,
  needs: [],
  run({ nodeId, settings, variables }) {
    const inputs: Record<string, Value> = {};
    for (const field of settings.fields) {
      const value = variables.get([nodeId, field.variable]) ?? null;
      const problem = jsonProblem(field, value, settings);
      if (problem !== undefined)
        return fail({ type: "ValueError", code: "node.start.input-invalid", message: problem });
      inputs[field.variable] = value;
    }
    const outputs: Record<string, Value> = { ...inputs };
    for (const [source, name, value] of variables.entries()) {
      if (source !== nodeId && !variables.isSecret([source, name])) outputs[`${source}.${name}`] = value;
    }
    return succeed(outputs, { inputs });
  },
});

function jsonProblem(field: InputField, value: Value, { schemas }: Settings): string | undefined {
  if (field.type !== "json_object") return undefined;
  if (value === null) return field.required ? `${field.variable} is required in input form` : undefined;
  if (!isObject(value)) return `${field.variable} in input form must be a JSON object`;
  // An empty object counts as not filled in, as files rely on: no schema is asked.
  if (Object.keys(value).length === 0) return undefined;
  const problem = schemas.get(field.variable)?.(value);
  return problem === undefined ? undefined : `${field.variable} does not fit its JSON schema: ${problem}`;
}
