import { type Messages, setupI18n } from "@lingui/core";
import { I18nProvider, useLingui } from "@lingui/react";
import { type ReactNode, useMemo } from "react";
import { createFormat } from "./format.ts";

type LocaleName = "en" | "ar";
type Values = Record<string, string | number>;
export type Translate = (id: string, values?: Values) => string;

/** What `Intl` gets: British dates, and Western digits in Arabic unless a person chooses others. */
const intlLocales: Record<LocaleName, string> = { en: "en-GB", ar: "ar-AE-u-nu-latn" };
const i18n = setupI18n();

/** Makes a locale the page's own: texts, number forms, and direction and language of the root. */
export function activateLocale(locale: LocaleName, messages: Messages): void {
  i18n.loadAndActivate({ locale, locales: intlLocales[locale], messages });
  document.documentElement.lang = locale;
  document.documentElement.dir = locale === "ar" ? "rtl" : "ltr";
}

export function I18n({ children }: { children: ReactNode }) {
  return <I18nProvider i18n={i18n}>{children}</I18nProvider>;
}

/** `t("studio.count", { count })`: a whole sentence by the place where it stands. A key without a text gives itself. */
export function useT(): Translate {
  const { i18n: active } = useLingui();
  const { messages } = active;
  return useMemo(() => (id, values) => (messages[id] === undefined ? id : active._(id, values)), [active, messages]);
}

/** Numbers, times and dates as the person reads them. */
export function useFormat() {
  const { i18n: active } = useLingui();
  return useMemo(
    () => createFormat(intlLocales[active.locale as LocaleName] ?? "en-GB", (id, values) => active._(id, values)),
    [active, active.locale],
  );
}

export function useRightToLeft(): boolean {
  return useLingui().i18n.locale === "ar";
}

export function useLocaleName(): LocaleName {
  return useLingui().i18n.locale as LocaleName;
}
