import { type Translate, useT } from "@diwan/ui";
import { useMemo } from "react";
import { ApiError } from "./api-error.ts";

type ErrorText = { why: string; requestId: string | undefined };

/**
 * The sentence for an error: by code in the person's language, with the server's words where the code alone says too
 * little. For a code without a sentence the server's words stand alone; a fault of ours gets a general one.
 */
export function errorText(t: Translate, error: unknown): ErrorText {
  if (!(error instanceof ApiError)) return { why: t("error.unknown"), requestId: undefined };
  const { code, status, message, requestId } = error;
  if (status === 429) return { why: t("error.http.429"), requestId: undefined };
  const known = knownSentence(t, code, message);
  if (known !== undefined) return { why: known, requestId: status >= 500 ? requestId : undefined };
  return { why: status === 500 || message === "" ? t("error.unknown") : message, requestId };
}

/** Why a run or a step failed; those messages are written for the app's author. */
export function runErrorText(t: Translate, error: { code: string; message: string }): string {
  return knownSentence(t, error.code, error.message) ?? error.message;
}

function knownSentence(t: Translate, code: string, message: string): string | undefined {
  const key = `error.${code}`;
  const sentence = t(key, { message });
  return sentence === key ? undefined : sentence;
}

export function useErrorText(): (error: unknown) => ErrorText {
  const t = useT();
  return useMemo(() => (error) => errorText(t, error), [t]);
}
