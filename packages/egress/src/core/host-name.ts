import { parseLiteral } from "./address.ts";

const label = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?";
const names = new RegExp(`^\\.?${label}(?:\\.${label})*$`);

/**
 * What keeps a text from being a host of the policy: `api.example.com`, or `.example.org` for a domain and all below it.
 *
 * @returns Undefined where nothing does.
 */
export function hostProblem(text: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return "write the host alone, without a scheme";
  if (/[/?#]/.test(text)) return "write the host alone, without a path";
  if (text.includes("*")) return `write "${text.replace(/^\*?\.?/, ".")}" for a domain and all below it`;
  if (/^[^:]*:\d*$/.test(text)) return "write the host alone, without a port; ports have a list of their own";
  if (parseLiteral(text) !== undefined) return "is an address; open addresses by allow_private";
  if (/[A-Z]/.test(text)) return "write it in lower case";
  if (/[^\x00-\x7f]/.test(text)) return "write it as it travels, beginning with xn--";
  if (text.endsWith(".")) return "leave the dot at the end out";
  if (text.length > 253 || !names.test(text)) return "is no host name";
  return undefined;
}
