import { memoryRunFiles, startHttpServer } from "@diwan/testkit";
import { describe, expect, it } from "vitest";
import { appText, end, type NodeSketch, start, template, text } from "../support/app-text.ts";
import { runApp } from "../support/run-app.ts";

function http(id: string, url: string, rest: Record<string, unknown> = {}): NodeSketch {
  return {
    id,
    type: "http-request",
    method: "get",
    url,
    params: "",
    headers: "",
    authorization: { type: "no-auth", config: null },
    body: { type: "none", data: [] },
    // Where a file says nothing, older ones meant three retries.
    retry_config: { retry_enabled: false, max_retries: 0, retry_interval: 0 },
    timeout: { max_connect_timeout: 0, max_read_timeout: 0, max_write_timeout: 0 },
    ...rest,
  };
}

const retry = (max_retries: number) => ({ retry_config: { retry_enabled: true, max_retries, retry_interval: 1 } });

describe("an HTTP step", () => {
  it("sends what earlier steps gave, and gives its answer to later ones", async () => {
    await using server = await startHttpServer(({ body }) => ({
      status: 201,
      headers: { "content-type": "application/json", "x-echo": "yes" },
      body: JSON.stringify({ echo: JSON.parse(body.toString()) }),
    }));
    const body = {
      type: "json",
      data: [{ type: "text", value: '{"city": "{{#start.city#}}", "up": "{{#t.output#}}"}' }],
    };
    const source = appText(
      "workflow",
      [
        start([text("city")]),
        template("t", "{{ c | upper }}", { c: ["start", "city"] }),
        http("call", `${server.url}/{{#start.city#}}`, { method: "post", body }),
        end("end", { status: ["call", "status_code"], body: ["call", "body"], header: ["call", "headers", "x-echo"] }),
      ],
      ["start>t", "t>call", "call>end"],
    );
    const run = await runApp(source, { inputs: { city: "Doha" } });
    expect(run.status).toBe("succeeded");
    expect(run.outputs).toEqual({ status: 201, body: '{"echo":{"city":"Doha","up":"DOHA"}}', header: "yes" });
    expect(server.requests[0]).toMatchObject({ method: "POST", path: "/Doha" });
  });

  it("keeps secrets out of everything that is recorded", async () => {
    await using server = await startHttpServer({ body: "ok", headers: { "content-type": "text/plain" } });
    const secret = "sk-never-in-the-journal";
    const authorization = { type: "api-key", config: { type: "bearer", api_key: "{{#env.KEY#}}", header: "" } };
    const source = appText(
      "workflow",
      [
        start(),
        http("call", `${server.url}/?key={{#env.KEY#}}`, { authorization, headers: "X-Key: {{#env.KEY#}}" }),
        end("end", { body: ["call", "body"] }),
      ],
      ["start>call", "call>end"],
      {
        environment_variables: [
          { id: "e1", name: "KEY", value: secret, value_type: "secret", selector: ["env", "KEY"] },
        ],
      },
    );
    const run = await runApp(source);
    expect(run.outputs).toEqual({ body: "ok" });
    expect(server.requests[0]!.headers.authorization).toBe(`Bearer ${secret}`);
    expect(JSON.stringify([run.events, run.entries])).not.toContain(secret);
    expect(run.steps["call"]!.processData["request"]).toMatch(/^GET \/\?key=sk-nev\*{12}al HTTP\/1\.1\r\n/);
  });

  it("that failed is tried again with a new key each time; an attempt's own key is the same wherever it is made", async () => {
    await using server = await startHttpServer((_, number) => (number < 3 ? { status: 503 } : { body: "fine" }));
    const source = appText(
      "workflow",
      [start(), http("call", server.url, { method: "post", ...retry(3) }), end("end", { body: ["call", "body"] })],
      ["start>call", "call>end"],
    );
    const run = await runApp(source);
    expect(run).toMatchObject({ status: "partial-succeeded", outputs: { body: "fine" } });
    expect(server.requests).toHaveLength(3);
    expect([...server.counts().values()]).toEqual([1, 1, 1]);
  });

  it("without a plan for failures succeeds with any status; with one it takes the fail branch", async () => {
    await using server = await startHttpServer({
      status: 404,
      body: "gone",
      headers: { "content-type": "text/plain" },
    });
    const app = (rest: object) =>
      appText(
        "workflow",
        [
          start(),
          http("call", server.url, rest as Record<string, unknown>),
          end("ok", { status: ["call", "status_code"], body: ["call", "body"] }),
          end("sorry", { type: ["call", "error_type"], message: ["call", "error_message"] }),
        ],
        ["start>call", "call:source>ok", "call:fail-branch>sorry"],
      );
    expect(await runApp(app({}))).toMatchObject({ status: "succeeded", outputs: { status: 404, body: "gone" } });
    expect(await runApp(app({ error_strategy: "fail-branch" }))).toMatchObject({
      status: "partial-succeeded",
      outputs: { type: "HTTPResponseCodeError", message: "Request failed with status code 404" },
    });
  });

  it("hands a file on, and sends the one that it got from another step", async () => {
    const image = Buffer.from([0x89, 0x50, 0x4e, 0x47]);
    await using server = await startHttpServer(({ method }) =>
      method === "GET" ? { headers: { "content-type": "image/png" }, body: image } : {},
    );
    const body = { type: "binary", data: [{ type: "file", file: ["first", "one"] }] };
    const source = appText(
      "workflow",
      [
        start(),
        http("get", `${server.url}/photo.png`),
        {
          id: "first",
          type: "list-operator",
          variable: ["get", "files"],
          filter_by: { enabled: false, conditions: [] },
          order_by: { enabled: false },
          limit: { enabled: false },
          extract_by: { enabled: false },
        },
        http("put", `${server.url}/copy`, {
          method: "put",
          body: { ...body, data: [{ type: "file", file: ["first", "first_record"] }] },
        }),
        end("end", { files: ["get", "files"], body: ["get", "body"] }),
      ],
      ["start>get", "get>first", "first>put", "put>end"],
    );
    const files = memoryRunFiles();
    const run = await runApp(source, { ports: { files } });
    expect(run).toMatchObject({
      status: "succeeded",
      outputs: { body: "", files: [{ filename: "photo.png", mime_type: "image/png", size: 4 }] },
    });
    expect(server.requests[1]!.body).toEqual(image);
  });

  it("that may not go where it was sent says what to do", async () => {
    const source = appText("workflow", [start(), http("call", "http://10.1.2.3/")], ["start>call"]);
    const run = await runApp(source);
    expect(run).toMatchObject({
      status: "failed",
      error: {
        code: "egress.blocked",
        nodeId: "call",
        message: "Blocked by the egress policy (ip-literal): 10.1.2.3. Ask an administrator to allow it.",
      },
    });
    expect(run.steps["call"]!.error).toMatchObject({ type: "EgressBlockedError" });
  });

  it("is left when the run is stopped", async () => {
    await using server = await startHttpServer({ hang: true });
    const stop = new AbortController();
    const run = runApp(appText("workflow", [start(), http("call", server.url)], ["start>call"]), {
      signal: stop.signal,
    });
    await expect.poll(() => server.requests.length).toBe(1);
    stop.abort();
    expect((await run).status).toBe("stopped");
    await expect.poll(() => server.aborted()).toBe(1);
  });
});
