import {
  type App,
  AppErrors,
  confirmImport,
  createKey,
  exportApp,
  importApp,
  publishApp,
  removeKey,
} from "@diwan/apps";
import { type ApiKeyId, type ImportId, parseId, type WorkspaceScope } from "@diwan/kernel";
import type { FastifyInstance } from "fastify";
import { authenticate, enter } from "../../http/authenticate.ts";
import { consoleRoute } from "../../http/console-route.ts";
import type { ApiNeeds } from "../../needs.ts";
import { presentApp, presentAppDetail, presentImport, presentKey } from "../../presenters/console.ts";
import { findApp } from "./find-app.ts";

/** Apps, their files and their keys. */
export function appRoutes(app: FastifyInstance, needs: ApiNeeds): void {
  consoleRoute(app, "GET /console/api/workspaces/{workspaceId}/apps", async ({ params, query, request }) => {
    const scope = enter(await authenticate(needs, request), params.workspaceId, "editor");
    const { q, mode, cursor, limit } = query;
    const filter = { limit, ...(q === undefined ? {} : { text: q }), ...(mode === undefined ? {} : { mode }) };
    const page = await needs.apps.list(scope, { ...filter, ...(cursor === undefined ? {} : { cursor }) });
    const activity = await needs.apps.activity(
      scope,
      page.apps.map(({ id }) => id),
      needs.clock.now(),
    );
    const data = page.apps.map((one) =>
      presentApp(one, needs.readContent(one.documentHash, one.documentText), activity.get(one.id)),
    );
    return { data, next_cursor: page.nextCursor, total: page.total };
  });

  consoleRoute(app, "POST /console/api/workspaces/{workspaceId}/imports", async ({ params, body, request }) => {
    const caller = await authenticate(needs, request);
    const scope = enter(caller, params.workspaceId, "editor");
    return presentImport(await importApp(needs, scope, { ...body, by: caller.account.id }));
  });

  consoleRoute(
    app,
    "POST /console/api/workspaces/{workspaceId}/imports/{importId}/confirm",
    async ({ params, request }) => {
      const caller = await authenticate(needs, request);
      const scope = enter(caller, params.workspaceId, "editor");
      const importId = parseId<"import">(params.importId);
      if (importId === undefined) throw AppErrors["import-expired"]();
      return presentImport(await confirmImport(needs, scope, importId as ImportId, caller.account.id));
    },
  );

  consoleRoute(app, "GET /console/api/workspaces/{workspaceId}/samples", async ({ params, request }) => {
    enter(await authenticate(needs, request), params.workspaceId, "editor");
    const data = needs.samples.list().map((sample) => ({
      id: sample.id,
      mode: sample.mode,
      name: sample.name,
      description: sample.description,
      icon_type: sample.iconType,
      icon: sample.icon,
      icon_background: sample.iconBackground,
      example_inputs: sample.exampleInputs,
      example_query: sample.exampleQuery,
    }));
    return { data };
  });

  consoleRoute(app, "POST /console/api/workspaces/{workspaceId}/samples/{sampleId}", async ({ params, request }) => {
    const caller = await authenticate(needs, request);
    const scope = enter(caller, params.workspaceId, "editor");
    const sample = needs.samples.find(params.sampleId);
    if (sample === undefined) throw AppErrors["sample-unknown"]({ id: params.sampleId });
    const imported = await importApp(needs, scope, { content: sample.content, draft: false, by: caller.account.id });
    return detail(needs, scope, imported.app!);
  });

  consoleRoute(app, "GET /console/api/apps/{appId}", async ({ params, request }) => {
    const found = await findApp(needs, await authenticate(needs, request), params.appId, "editor");
    return detail(needs, found.scope, found.app);
  });

  consoleRoute(app, "PATCH /console/api/apps/{appId}", async ({ params, body, request }) => {
    const found = await findApp(needs, await authenticate(needs, request), params.appId, "editor");
    await needs.apps.updateFace(found.scope, found.app.id, defined(body), needs.clock.now());
    return detail(needs, found.scope, { ...found.app, ...defined(body) });
  });

  consoleRoute(app, "DELETE /console/api/apps/{appId}", async ({ params, request }) => {
    const found = await findApp(needs, await authenticate(needs, request), params.appId, "editor");
    await needs.apps.remove(found.scope, found.app.id, needs.clock.now());
    return undefined;
  });

  consoleRoute(app, "POST /console/api/apps/{appId}/publish", async ({ params, request }) => {
    const caller = await authenticate(needs, request);
    const found = await findApp(needs, caller, params.appId, "editor");
    await publishApp(needs, found.scope, found.app.id, caller.account.id);
    return detail(needs, found.scope, (await needs.apps.find(found.scope, found.app.id))!);
  });

  consoleRoute(app, "GET /console/api/apps/{appId}/export", async ({ params, query, request, reply }) => {
    const found = await findApp(needs, await authenticate(needs, request), params.appId, "editor");
    const includeSecrets = query.include_secrets === "true";
    const { text, app: exported } = await exportApp(needs, found.scope, found.app.id, { includeSecrets });
    const name = encodeURIComponent(`${exported.name}.yml`);
    reply.header("content-disposition", `attachment; filename="app.yml"; filename*=UTF-8''${name}`);
    return reply.type("application/yaml; charset=utf-8").send(text);
  });

  consoleRoute(app, "GET /console/api/apps/{appId}/keys", async ({ params, request }) => {
    const found = await findApp(needs, await authenticate(needs, request), params.appId, "admin");
    return { data: (await needs.keys.list(found.scope, found.app.id)).map(presentKey) };
  });

  consoleRoute(app, "POST /console/api/apps/{appId}/keys", async ({ params, request }) => {
    const found = await findApp(needs, await authenticate(needs, request), params.appId, "admin");
    const key = await createKey(needs, found.scope, found.app.id);
    return { ...presentKey(key), value: key.value };
  });

  consoleRoute(app, "DELETE /console/api/apps/{appId}/keys/{keyId}", async ({ params, request }) => {
    const found = await findApp(needs, await authenticate(needs, request), params.appId, "admin");
    await removeKey(needs, found.scope, found.app.id, params.keyId as ApiKeyId);
    return undefined;
  });
}

async function detail(needs: ApiNeeds, scope: WorkspaceScope, app: App) {
  const activity = await needs.apps.activity(scope, [app.id], needs.clock.now());
  const version =
    app.publishedVersionId === null ? undefined : await needs.apps.findVersion(scope, app.publishedVersionId);
  return presentAppDetail(app, needs.readContent(app.documentHash, app.documentText), activity.get(app.id), version);
}

function defined<Fields extends object>(fields: Fields): { [Key in keyof Fields]-?: Exclude<Fields[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
