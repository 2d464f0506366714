import { unsupported } from "../errors.ts";
import { wantInteger } from "../methods/arguments.ts";
import { isTrue } from "../runtime/compare.ts";
import { Markup, type Py } from "../runtime/data.ts";
import type { Run } from "../runtime/run.ts";
import { escaped } from "../runtime/text.ts";
import { isText, textOf } from "../runtime/types.ts";
import { filter } from "./filter.ts";

const mayBeLink = /:\/\/|www\.|@|mailto:|\.(?:com|net|org)/i;
const address = /^(https?:\/\/|www\.)[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}(?:\/[a-z0-9\-._~/?=%]*[a-z0-9/])?$/;

/** Turns addresses in a text into links. Only addresses that are plain to see are covered, and nothing that looks like mail. */
export const urlizeFilter = filter(
  "urlize",
  [
    ["trim_url_limit", null],
    ["nofollow", false],
    ["target", null],
    ["rel", null],
    ["extra_schemes", null],
  ],
  (run, value, [limit, nofollow, target, rel, schemes]) => {
    if (schemes !== null) throw unsupported('The option "extra_schemes" of the filter "urlize"');
    const relations = new Set(
      rel !== null && isText(rel!)
        ? textOf(rel)
            .split(/\s+/)
            .filter((word) => word !== "")
        : [],
    );
    if (isTrue(run, nofollow!)) relations.add("nofollow");
    relations.add("noopener");
    const attributes =
      attribute(run, "rel", [...relations].sort().join(" ")) +
      (target === null ? "" : attribute(run, "target", target!));
    const shorten = limit === null ? undefined : wantInteger('"urlize"', limit);
    // What counts as escaped already stays as it is.
    const words = escaped(run, value).split(/(\s+)/);
    const text = run.text(words.map((word) => linked(word, attributes, shorten)).join(""));
    return run.autoescape ? new Markup(text) : text;
  },
);

function attribute(run: Run, name: string, value: Py): string {
  return ` ${name}="${escaped(run, value)}"`;
}

/** @param word  Escaped. */
function linked(word: string, attributes: string, limit: number | undefined): string {
  if (!mayBeLink.test(word)) return word;
  const tail = /[.,]*$/.exec(word)![0];
  const link = word.slice(0, word.length - tail.length);
  if (!address.test(link)) throw unsupported('This address in the filter "urlize"');
  const shown = limit !== undefined && link.length > limit ? `${link.slice(0, limit)}...` : link;
  const target = link.startsWith("http") ? link : `https://${link}`;
  return `<a href="${target}"${attributes}>${shown}</a>${tail}`;
}
