import type { AccountId, Clock, IdSource } from "@diwan/kernel";
import type { Account, Membership, Session } from "../account.ts";
import { hashToken, newToken, sameText } from "../credentials/token.ts";
import { AuthErrors } from "../errors.ts";
import type { AccountStore, SessionStore } from "../ports.ts";

type Needs = { accounts: AccountStore; sessions: SessionStore; clock: Clock; ids: IdSource };

/** @source identity, accounts and sessions: DIWAN_SESSION_IDLE_HOURS, DIWAN_SESSION_MAX_DAYS */
const IDLE_MS = 12 * 3_600_000;
const LONGEST_MS = 7 * 24 * 3_600_000;
const TOUCH_MS = 60_000;

export type SessionTokens = { token: string; csrf: string };

/** Begins a session; its two secrets are given back this once. */
export async function openSession(
  needs: Needs,
  accountId: AccountId,
  from: { address: string; userAgent: string },
): Promise<SessionTokens> {
  const now = needs.clock.now();
  const tokens = { token: newToken(), csrf: newToken() };
  await needs.sessions.insert({
    id: needs.ids.next<"session">(),
    accountId,
    tokenHash: hashToken(tokens.token),
    csrfHash: hashToken(tokens.csrf),
    ip: from.address,
    userAgent: from.userAgent.slice(0, 500),
    createdAt: now,
    lastSeenAt: now,
    idleExpiresAt: now + IDLE_MS,
    expiresAt: now + LONGEST_MS,
  });
  return tokens;
}

export type SignedIn = { session: Session; account: Account; memberships: Membership[] };

/**
 * Who a session's cookie belongs to. Roles are read at each request.
 *
 * @throws auth.session-expired (caller)
 */
export async function readSession(needs: Needs, token: string | undefined): Promise<SignedIn> {
  const now = needs.clock.now();
  const session = token === undefined ? undefined : await needs.sessions.findLive(hashToken(token), now);
  const account = session === undefined ? undefined : await needs.accounts.find(session.accountId);
  if (session === undefined || account?.status !== "active") throw AuthErrors["session-expired"]();
  if (now - session.lastSeenAt > TOUCH_MS) await needs.sessions.touch(session.id, now, now + IDLE_MS);
  return { session, account, memberships: await needs.accounts.memberships(account.id) };
}

/** @throws auth.csrf (caller) unless the request carries the session's own token. */
export function checkCsrf(session: Session, given: string | undefined): void {
  if (given === undefined || !sameText(hashToken(given), session.csrfHash)) throw AuthErrors.csrf();
}

/** A new CSRF token, for a page whose browser has lost its own. */
export async function renewCsrf(needs: Needs, session: Session): Promise<string> {
  const csrf = newToken();
  await needs.sessions.renewCsrf(session.id, hashToken(csrf));
  return csrf;
}

export async function closeSession(needs: Needs, session: Session): Promise<void> {
  await needs.sessions.revoke(session.id, needs.clock.now(), "signed-out");
}
