import { listProviders, type ProviderView, putProvider, testProvider } from "@diwan/models";
import type { FastifyInstance } from "fastify";
import { authenticate, enter } from "../../http/authenticate.ts";
import { consoleRoute } from "../../http/console-route.ts";
import type { ApiNeeds } from "../../needs.ts";

/** How a workspace reaches models. */
export function modelRoutes(app: FastifyInstance, needs: ApiNeeds): void {
  consoleRoute(app, "GET /console/api/workspaces/{workspaceId}/model-providers", async ({ params, request }) => {
    const scope = enter(await authenticate(needs, request), params.workspaceId, "editor");
    return { data: (await listProviders(needs, scope)).map(presentProvider) };
  });

  consoleRoute(app, "PUT /console/api/workspaces/{workspaceId}/model-providers", async ({ params, body, request }) => {
    const scope = enter(await authenticate(needs, request), params.workspaceId, "admin");
    const given = { provider: body.provider, baseUrl: body.base_url, apiKey: body.api_key };
    return presentProvider(await putProvider(needs, scope, given));
  });

  consoleRoute(
    app,
    "DELETE /console/api/workspaces/{workspaceId}/model-providers",
    async ({ params, query, request }) => {
      const scope = enter(await authenticate(needs, request), params.workspaceId, "admin");
      await needs.providers.remove(scope, query.provider);
      return undefined;
    },
  );

  consoleRoute(
    app,
    "POST /console/api/workspaces/{workspaceId}/model-providers/test",
    async ({ params, body, request }) => {
      const scope = enter(await authenticate(needs, request), params.workspaceId, "editor");
      return { models: await testProvider(needs, scope, body.provider) };
    },
  );
}

function presentProvider({ baseUrl, ...view }: ProviderView) {
  return { ...view, base_url: baseUrl };
}
