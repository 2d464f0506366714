import { stripTags, unescapeHtml } from "../python/html.ts";
import type { Markup } from "../runtime/data.ts";
import { type Methods, method } from "./method.ts";

/** What text marked as safe can do beyond ordinary text. */
export const markupMethods: Methods<Markup> = {
  striptags: method("striptags", [], (run, self) => stripTags(run, self.text)),
  unescape: method("unescape", [], (_run, self) => unescapeHtml(self.text)),
};
