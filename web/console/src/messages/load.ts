import type { Locale } from "@diwan/contracts";
import { activateLocale, uiMessages } from "@diwan/ui";

const rememberedKey = "diwan.locale";
const catalogues = { en: () => import("./en.ts"), ar: () => import("./ar.ts") };

/** A locale loads only its own texts. The choice is kept for pages before sign-in. */
export async function showLocale(locale: Locale): Promise<void> {
  const [parts, own] = await Promise.all([uiMessages[locale](), catalogues[locale]()]);
  activateLocale(locale, { ...parts.default, ...own.messages });
  localStorage.setItem(rememberedKey, locale);
}

export function firstLocale(): Locale {
  const wanted = localStorage.getItem(rememberedKey) ?? navigator.language;
  return wanted.startsWith("ar") ? "ar" : "en";
}
