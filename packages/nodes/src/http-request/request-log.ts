import { headersIn, withHeader } from "./header-lines.ts";
import { withParams } from "./outgoing.ts";
import { repairJson } from "./repair-json.ts";
import type { Resolved, ResolvedItem } from "./resolve.ts";

/** Longer bodies are cut: the log is kept with the run. */
const MAX_BODY_CHARACTERS = 20_000;
const MASK = "*".repeat(20);

/** Headers that tell who asks, whoever wrote them. */
const credentials = ["authorization", "proxy-authorization", "cookie", "x-api-key"];

/**
 * A request as it is shown, in the form in which HTTP writes it.
 *
 * @param resolved  Filled in for the log: secrets are masked in it already.
 * @param added  Headers of ours.
 */
export function requestLog(resolved: Resolved, added: readonly [string, string][]): string {
  const { target, host } = addressOf(resolved);
  const lines = [`${resolved.method.toUpperCase()} ${target} HTTP/1.1`, `Host: ${host}`];
  for (const [name, value] of [...headersOf(resolved), ...added]) lines.push(`${name}: ${value}`);
  const body = bodyOf(resolved.body);
  const cut = body.length - MAX_BODY_CHARACTERS;
  const shown = cut > 0 ? `${body.slice(0, MAX_BODY_CHARACTERS)}… (${cut} more characters)` : body;
  return `${lines.join("\r\n")}\r\n\r\n${shown}`;
}

/** A masked address may be none any more; it is then shown as it is. */
function addressOf({ url, params }: Resolved): { target: string; host: string } {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return { target: url, host: "" };
  const whole = withParams(new URL(url), params);
  return { target: whole.pathname + whole.search, host: whole.host };
}

function headersOf({ headers: text, authorization }: Resolved): [string, string][] {
  const masked = authorization === undefined ? credentials : [...credentials, authorization.header.toLowerCase()];
  const headers = headersIn(text).map(([name, value]): [string, string] => [
    name,
    masked.includes(name.toLowerCase()) ? MASK : value,
  ]);
  return authorization === undefined ? headers : withHeader(headers, authorization.header, MASK);
}

function bodyOf({ type, items }: Resolved["body"]): string {
  switch (type) {
    case "none":
      return "";
    case "json":
      return items.map((item) => repaired(itemText(item))).join("\n");
    case "x-www-form-urlencoded":
    case "form-data":
      return items.map((item) => `${item.key}=${itemText(item)}`).join("\n");
    default:
      return items.map(itemText).join("\n");
  }
}

/** What is cut anyway is not worth a repair. */
function repaired(text: string): string {
  if (text.length > MAX_BODY_CHARACTERS) return text;
  try {
    return repairJson(text);
  } catch {
    return text;
  }
}

function itemText(item: ResolvedItem): string {
  if (item.type === "text") return item.value;
  return item.files.map(({ filename, size }) => `<file ${filename ?? ""}, ${size ?? -1} bytes>`).join(" ");
}
