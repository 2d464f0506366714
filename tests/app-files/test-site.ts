import { type HttpScript, type HttpServer, type SeenHttpRequest, startHttpServer } from "@diwan/testkit";
import { isObject, type Value } from "@diwan/workflow";

/** The settings with which an installation's HTTP steps reach the test site. */
export const testSiteSettings = { DIWAN_EGRESS_ALLOW_PRIVATE: "127.0.0.1" };

const MEBIBYTE = 1024 * 1024;

/** The site on loopback that HTTP steps of app files call. */
export function startTestSite(): Promise<HttpServer> {
  return startHttpServer(answer);
}

/** What it serves, by path; everything else is 404. */
function answer(request: SeenHttpRequest): HttpScript {
  const { pathname } = new URL(request.path, "http://site.test");
  switch (pathname) {
    case "/echo":
      return { headers: { "content-type": "text/plain; charset=utf-8" }, body: echoOf(request) };
    case "/moved":
      return { redirect: "/echo" };
    case "/gone":
      return { status: 404, headers: { "content-type": "text/plain" }, body: "gone" };
    case "/prices.csv":
      return { headers: { "content-type": "text/csv" }, body: "fruit,price\nfig,3\n" };
    case "/attached":
      return {
        headers: { "content-type": "text/plain", "content-disposition": 'attachment; filename="note.txt"' },
        body: "a note",
      };
    case "/script":
      return { headers: { "content-type": "application/octet-stream" }, body: "const a = 1;" };
    case "/bytes":
      return { headers: { "content-type": "application/octet-stream" }, body: "nothing that looks like text" };
    case "/long-text":
      return { headers: { "content-type": "text/plain" }, body: "x".repeat(MEBIBYTE), repeat: 2 };
    case "/long-file":
      return { headers: { "content-type": "image/png" }, body: "x".repeat(MEBIBYTE), repeat: 11 };
    default:
      return { status: 404, headers: { "content-type": "text/plain" }, body: "no such page" };
  }
}

const shownHeaders = ["authorization", "content-type", "x-key", "x-tag"];

/** The request as text: what it asks for, the headers that authors set, and the body. Boundaries are the same in each. */
function echoOf({ method, path, headers, body }: SeenHttpRequest): string {
  const boundary = /boundary=(\S+)/.exec(String(headers["content-type"]))?.[1];
  const lines = shownHeaders.flatMap((name) => (headers[name] === undefined ? [] : [`${name}: ${headers[name]}`]));
  const text = [`${method} ${path}`, ...lines, "", body.toString("utf8")].join("\n").replaceAll("\r\n", "\n");
  return boundary === undefined ? text : text.replaceAll(boundary, "BOUNDARY");
}

/** Inputs with the site's address in place of `{"$site": path}`. */
export function withSite(inputs: Record<string, Value>, url: string): Record<string, Value> {
  const put = (value: Value): Value => {
    const path = isObject(value) ? value["$site"] : undefined;
    return typeof path === "string" ? url + path : value;
  };
  return Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, put(value)]));
}
