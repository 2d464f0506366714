import type { SessionTokens } from "@diwan/workspaces";
import type { FastifyReply } from "fastify";
import type { ApiSettings } from "../needs.ts";

export const CSRF_COOKIE = "diwan_csrf";

/** Over HTTPS the name itself makes browsers refuse a cookie that another host set. */
export function sessionCookie({ secureCookies }: Pick<ApiSettings, "secureCookies">): string {
  return secureCookies ? "__Host-diwan_session" : "diwan_session";
}

const MAX_AGE_SECONDS = 7 * 24 * 3_600;

export function setSessionCookies(reply: FastifyReply, settings: ApiSettings, { token, csrf }: SessionTokens): void {
  const common = { path: "/", sameSite: "lax", secure: settings.secureCookies, maxAge: MAX_AGE_SECONDS } as const;
  reply.setCookie(sessionCookie(settings), token, { ...common, httpOnly: true });
  reply.setCookie(CSRF_COOKIE, csrf, common);
}

export function setCsrfCookie(reply: FastifyReply, settings: ApiSettings, csrf: string): void {
  reply.setCookie(CSRF_COOKIE, csrf, {
    path: "/",
    sameSite: "lax",
    secure: settings.secureCookies,
    maxAge: MAX_AGE_SECONDS,
  });
}

export function clearSessionCookies(reply: FastifyReply, settings: ApiSettings): void {
  reply.clearCookie(sessionCookie(settings), { path: "/" });
  reply.clearCookie(CSRF_COOKIE, { path: "/" });
}
