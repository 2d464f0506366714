import { closeSession, openSession, renewCsrf, setUp, signIn } from "@diwan/workspaces";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { authenticate, type Caller, checkOrigin } from "../../http/authenticate.ts";
import { consoleRoute } from "../../http/console-route.ts";
import { CSRF_COOKIE, clearSessionCookies, setCsrfCookie, setSessionCookies } from "../../http/cookies.ts";
import type { ApiNeeds } from "../../needs.ts";
import { presentAccount, presentWorkspace } from "../../presenters/console.ts";

/** Set-up, sign-in and the person's own account. */
export function accountRoutes(app: FastifyInstance, needs: ApiNeeds): void {
  consoleRoute(app, "GET /console/api/ping", () => ({ result: "pong" as const }));

  consoleRoute(app, "GET /console/api/setup", async () => ({
    required: (await needs.accounts.findOwner()) === undefined,
    version: needs.settings.version,
  }));

  consoleRoute(app, "POST /console/api/setup", async ({ body, request, reply }) => {
    checkOrigin(needs, request);
    const { workspace_name, ...rest } = body;
    const account = await setUp(needs, { ...rest, workspaceName: workspace_name, address: request.ip });
    return begin(needs, account.id, request, reply);
  });

  consoleRoute(app, "POST /console/api/auth/sign-in", async ({ body, request, reply }) => {
    checkOrigin(needs, request);
    const account = await signIn(needs, { ...body, address: request.ip });
    return begin(needs, account.id, request, reply);
  });

  consoleRoute(app, "POST /console/api/auth/sign-out", async ({ request, reply }) => {
    const { session } = await authenticate(needs, request);
    if (session !== undefined) await closeSession(needs, session);
    clearSessionCookies(reply, needs.settings);
    return undefined;
  });

  consoleRoute(app, "GET /console/api/account", async ({ request, reply }) => {
    const caller = await authenticate(needs, request);
    return presentSession(caller, await csrfOf(needs, caller, request, reply));
  });

  consoleRoute(app, "PATCH /console/api/account", async ({ body, request, reply }) => {
    const caller = await authenticate(needs, request);
    await needs.accounts.update(caller.account.id, body);
    const account = { ...caller.account, ...body };
    return presentSession({ ...caller, account }, await csrfOf(needs, caller, request, reply));
  });
}

async function begin(
  needs: ApiNeeds,
  accountId: Caller["account"]["id"],
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const from = { address: request.ip, userAgent: request.headers["user-agent"] ?? "" };
  const tokens = await openSession(needs, accountId, from);
  setSessionCookies(reply, needs.settings, tokens);
  const account = (await needs.accounts.find(accountId))!;
  return presentSession({ account, memberships: await needs.accounts.memberships(accountId) }, tokens.csrf);
}

/** The token that the browser holds already; a new one for a browser that lost it. */
async function csrfOf(
  needs: ApiNeeds,
  { session }: Caller,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<string> {
  const held = request.cookies[CSRF_COOKIE];
  if (held !== undefined || session === undefined) return held ?? "";
  const csrf = await renewCsrf(needs, session);
  setCsrfCookie(reply, needs.settings, csrf);
  return csrf;
}

function presentSession({ account, memberships }: Pick<Caller, "account" | "memberships">, csrf_token: string) {
  return { account: presentAccount(account), workspaces: memberships.map(presentWorkspace), csrf_token };
}
