import { EgressErrors } from "../errors.ts";
import { type HttpClient, type HttpRequest, headerOf } from "../http-client.ts";
import { freshExchange, type KeptConnections, keptExchange } from "./exchange.ts";
import type { GuardSettings } from "./guard.ts";
import { withoutContent, withoutCredentials } from "./request-headers.ts";
import { systemResolver } from "./system-resolver.ts";

export type GuardedHttpClientSettings = Omit<GuardSettings, "resolver"> &
  Partial<Pick<GuardSettings, "resolver">> & {
    /** For connections that are kept; the `platform` profile's. */
    kept?: KeptConnections;
  };

/**
 * The client that asks the policy first. It looks each name up itself, once, and connects to the very address that
 * passed. Connections of the `platform` profile are kept; an author's request gets one of its own.
 */
export function createGuardedHttpClient(settings: GuardedHttpClientSettings): HttpClient {
  const guard: GuardSettings = { resolver: systemResolver, ...settings };
  const exchange = guard.profile === "platform" ? keptExchange(guard, settings.kept) : freshExchange(guard);
  return {
    async send(first) {
      const endAt = performance.now() + first.timeouts.totalMs;
      let request = first;
      let url = parseUrl(first.url);
      for (let redirects = 0; ; redirects += 1) {
        request.signal.throwIfAborted();
        const answer = await exchange(request, url, endAt - performance.now());
        const target = redirects > 0 || first.maxRedirects > 0 ? redirectOf(answer, url) : undefined;
        if (target === undefined) return answer;
        answer.discard();
        if (redirects === first.maxRedirects) {
          const reason = `it redirected more than ${first.maxRedirects} times`;
          throw EgressErrors.failed({ host: url.hostname, reason });
        }
        request = redirected(request, answer.status, target.origin === url.origin);
        url = target;
      }
    },
  };
}

function parseUrl(text: string): URL {
  if (!URL.canParse(text)) throw EgressErrors.failed({ host: "that address", reason: "it is no URL" });
  const url = new URL(text);
  // The dot of a full name would travel on into certificates and `Host`, where nobody expects it.
  if (url.hostname.length > 1) url.hostname = url.hostname.replace(/\.$/, "");
  return url;
}

function redirectOf(answer: { status: number; headers: HttpRequest["headers"] }, from: URL): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(answer.status)) return undefined;
  const location = headerOf(answer, "location");
  if (location === undefined || !URL.canParse(location, from.href)) return undefined;
  const target = parseUrl(new URL(location, from).href);
  // Whoever redirects has no say in who we are.
  target.username = "";
  target.password = "";
  return target;
}

/** @source the fetch standard, HTTP-redirect fetch */
function redirected(request: HttpRequest, status: number, sameOrigin: boolean): HttpRequest {
  const headers = sameOrigin ? request.headers : withoutCredentials(request.headers, request.credentialHeaders);
  const { method } = request;
  const becomesGet = status === 303 ? method !== "GET" && method !== "HEAD" : status < 303 && method === "POST";
  if (!becomesGet) return { ...request, headers };
  return { ...request, method: "GET", headers: withoutContent(headers), body: undefined };
}
