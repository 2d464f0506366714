/** The texts of the parts in this package; a page's own catalogue goes on top. */
export const uiMessages = {
  en: () => import("../messages/en.messages"),
  ar: () => import("../messages/ar.messages"),
} as const;
