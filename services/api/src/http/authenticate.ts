import type { WorkspaceId, WorkspaceScope } from "@diwan/kernel";
import {
  type Account,
  AuthErrors,
  checkCsrf,
  type Membership,
  type Role,
  readSession,
  type Session,
  WorkspaceErrors,
} from "@diwan/workspaces";
import type { FastifyRequest } from "fastify";
import type { ApiNeeds } from "../needs.ts";
import { CSRF_COOKIE, sessionCookie } from "./cookies.ts";
import { PermissionErrors } from "./errors.ts";

/** Who makes a request of the console API. */
export type Caller = { account: Account; memberships: Membership[]; session: Session | undefined };

/**
 * Reads the session's cookie, or the token of this machine's owner. A request that changes something by cookie must also
 * carry the CSRF token and come from the console's own origin.
 *
 * @throws auth.session-expired, auth.csrf (caller)
 */
export async function authenticate(needs: ApiNeeds, request: FastifyRequest): Promise<Caller> {
  const bearer = bearerOf(request);
  if (bearer !== undefined) return authenticateLocal(needs, bearer);
  const signedIn = await readSession(needs, request.cookies[sessionCookie(needs.settings)]);
  if (changes(request)) {
    checkOrigin(needs, request);
    const token = request.headers["x-csrf-token"];
    if (token !== request.cookies[CSRF_COOKIE]) throw AuthErrors.csrf();
    checkCsrf(signedIn.session, typeof token === "string" ? token : undefined);
  }
  return signedIn;
}

async function authenticateLocal({ accounts, settings }: ApiNeeds, token: string): Promise<Caller> {
  const owner =
    settings.localToken !== undefined && token === settings.localToken ? await accounts.findOwner() : undefined;
  if (owner === undefined) throw AuthErrors["session-expired"]();
  return { account: owner, memberships: await accounts.memberships(owner.id), session: undefined };
}

export function bearerOf(request: FastifyRequest): string | undefined {
  const match = /^bearer\s+(\S+)$/i.exec(request.headers.authorization ?? "");
  return match?.[1];
}

function changes({ method }: FastifyRequest): boolean {
  return method !== "GET" && method !== "HEAD";
}

/** @throws auth.csrf (caller) for a request that another site's page sent. */
export function checkOrigin({ settings }: ApiNeeds, request: FastifyRequest): void {
  const { origin } = request.headers;
  if (origin === undefined) return;
  const host = URL.canParse(origin) ? new URL(origin).host : undefined;
  if (host !== request.headers.host && !settings.consoleOrigins.includes(origin)) throw AuthErrors.csrf();
}

const order: Role[] = ["normal", "dataset_operator", "editor", "admin", "owner"];

/**
 * The workspace's scope, for a member of at least this role.
 *
 * @throws workspace.not-found (caller) for everybody else's workspace, permission.missing (caller) for a lesser role.
 */
export function enter({ memberships }: Caller, workspaceId: string, role: Role): WorkspaceScope {
  const membership = memberships.find(({ workspace }) => workspace.id === workspaceId);
  if (membership === undefined) throw WorkspaceErrors["not-found"]();
  if (order.indexOf(membership.role) < order.indexOf(role)) throw PermissionErrors.missing({ role });
  return { workspaceId: workspaceId as WorkspaceId };
}
