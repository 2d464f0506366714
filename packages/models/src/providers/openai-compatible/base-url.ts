import { ModelErrors } from "../../errors.ts";

/**
 * The address as calls need it: without a path it gets `/v1`, a trailing slash goes.
 *
 * @throws model.base-url-invalid (caller)
 */
export function normaliseBaseUrl(text: string): string {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol)) throw ModelErrors["base-url-invalid"]({ text });
  if (url.pathname === "/") url.pathname = "/v1";
  return url.toString().replace(/\/+$/, "");
}
