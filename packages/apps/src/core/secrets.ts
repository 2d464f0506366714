import type { AppId, WorkspaceScope } from "@diwan/kernel";
import { isObject, type ObjectValue } from "@diwan/workflow";
import { isSealed, type Sealer } from "@diwan/workspaces";

const COLUMN = "app.document";

/** The document with the values of its secret variables sealed, as it is stored. */
export function sealSecrets(
  sealer: Sealer,
  scope: WorkspaceScope,
  appId: AppId,
  document: ObjectValue,
): Promise<ObjectValue> {
  const place = { column: COLUMN, rowId: appId };
  return mapSecrets(document, async (value) => (value === "" ? value : sealer.seal(scope, place, value)));
}

/** The document with the values of its secret variables readable, as a run or an export with secrets needs it. */
export function openSecrets(
  sealer: Sealer,
  scope: WorkspaceScope,
  appId: AppId,
  document: ObjectValue,
): Promise<ObjectValue> {
  const place = { column: COLUMN, rowId: appId };
  return mapSecrets(document, async (value) => (isSealed(value) ? sealer.open(scope, place, value) : value));
}

async function mapSecrets(document: ObjectValue, change: (value: string) => Promise<string>): Promise<ObjectValue> {
  const workflow = document["workflow"];
  if (!isObject(workflow) || !Array.isArray(workflow["environment_variables"])) return document;
  const environment_variables = await Promise.all(
    workflow["environment_variables"].map(async (variable) =>
      isObject(variable) && variable["value_type"] === "secret" && typeof variable["value"] === "string"
        ? { ...variable, value: await change(variable["value"]) }
        : variable,
    ),
  );
  return { ...document, workflow: { ...workflow, environment_variables } };
}
