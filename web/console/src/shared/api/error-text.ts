import { type Translate, useT } from "@diwan/ui";
import { useMemo } from "react";
import { ApiError } from "./api-error.ts";

type ErrorText = { why: string; requestId: string | undefined };

/**
 * The sentence for an error: by code in the person's language; for a code without one, the server's own words where the
 * request was at fault, and a general sentence where we were.
 */
export function errorText(t: Translate, error: unknown): ErrorText {
  if (!(error instanceof ApiError)) return { why: t("error.unknown"), requestId: undefined };
  const key = `error.${error.code}`;
  const known = t(key);
  if (known !== key) return { why: known, requestId: error.status >= 500 ? error.requestId : undefined };
  if (error.status === 429) return { why: t("error.http.429"), requestId: undefined };
  const ours = error.status >= 500 || error.message === "";
  return { why: ours ? t("error.unknown") : error.message, requestId: error.requestId };
}

export function useErrorText(): (error: unknown) => ErrorText {
  const t = useT();
  return useMemo(() => (error) => errorText(t, error), [t]);
}
