import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appText, end, llm, start, text } from "../support/app-text.ts";
import { ConsoleClient, owner } from "../support/console-client.ts";
import { allFrames, type Frame, readFrames } from "../support/event-stream.ts";
import { startInstallation, type TestInstallation } from "../support/installation.ts";

type Json = Record<string, unknown>;

let installation: TestInstallation;
/** What the requests before set-up were answered. */
let before: { ping: Response; setup: Json; account: Response; wrong: Response; weak: Response };

beforeAll(async () => {
  installation = await startInstallation({
    settings: { INIT_PASSWORD: "the printed secret" },
    setUp: async (console, secret) => {
      before = {
        ping: await console.send("GET", "/ping"),
        setup: await console.call<Json>("GET", "/setup"),
        account: await console.send("GET", "/account"),
        wrong: await console.setUp("another secret"),
        weak: await console.setUp(secret, { password: "short" }),
      };
    },
  });
});
afterAll(() => installation[Symbol.asyncDispose]());

const errorOf = async (response: Response) => [response.status, ((await response.json()) as Json)["code"]];

describe("set-up", () => {
  it("is asked for before anything else, and answers only to the printed secret", async () => {
    expect(before.ping.status).toBe(200);
    expect(before.setup).toEqual({ required: true, version: "test" });
    expect(await errorOf(before.account)).toEqual([503, "setup.required"]);
    expect(await errorOf(before.wrong)).toEqual([401, "setup.secret-wrong"]);
    expect(await errorOf(before.weak)).toEqual([400, "auth.password-weak"]);
  });

  it("happens once", async () => {
    expect(await installation.console.call("GET", "/setup")).toEqual({ required: false, version: "test" });
    const stranger = new ConsoleClient(installation.url);
    expect(await errorOf(await stranger.setUp("the printed secret", { email: "eve@example.test" }))).toEqual([
      404,
      "setup.done",
    ]);
  });
});

describe("sign-in", () => {
  it("gives a cookie that scripts cannot read, and a token for changes", async () => {
    const browser = new ConsoleClient(installation.url);
    const response = await browser.signIn();
    expect(response.status).toBe(200);
    const [session, csrf] = response.headers.getSetCookie();
    expect(session).toMatch(/^diwan_session=[^;]{20,}; .*HttpOnly.*SameSite=Lax/i);
    expect(csrf).toMatch(/^diwan_csrf=/);
    expect(csrf).not.toMatch(/HttpOnly/i);
    const body = (await response.json()) as Json;
    expect(body).toEqual({
      account: { id: expect.any(String), email: owner.email, name: "Amal", locale: "en", theme: "system" },
      workspaces: [{ id: expect.any(String), name: "Najm", role: "owner" }],
      csrf_token: browser.cookies.get("diwan_csrf"),
    });
    expect(await browser.call("GET", "/account")).toEqual(body);
  });

  it("ends with sign-out", async () => {
    const browser = new ConsoleClient(installation.url);
    await browser.signIn();
    const stolen = new ConsoleClient(installation.url);
    for (const [name, value] of browser.cookies) stolen.cookies.set(name, value);
    expect((await stolen.send("GET", "/account")).status).toBe(200);
    expect((await browser.send("POST", "/auth/sign-out")).status).toBe(204);
    expect(browser.cookies.has("diwan_session")).toBe(false);
    expect(await errorOf(await stolen.send("GET", "/account"))).toEqual([401, "auth.session-expired"]);
  });

  it("looks alike for a wrong password and an unknown address", async () => {
    const browser = new ConsoleClient(installation.url);
    const answers = [await browser.signIn("wrong"), await browser.signIn("wrong", "nobody@example.test")];
    const bodies = await Promise.all(answers.map(async (response) => (await response.json()) as Json));
    expect(bodies[0]).toMatchObject({ status: 401, code: "auth.credentials-wrong" });
    expect({ ...bodies[0], request_id: "" }).toEqual({ ...bodies[1], request_id: "" });
    expect(browser.cookies.size).toBe(0);
  });

  it("closes for an address after five failures, for that address only", async () => {
    const browser = new ConsoleClient(installation.url);
    for (let tries = 0; tries < 5; tries += 1)
      expect((await browser.signIn(`wrong ${tries}`, "guessed@example.test")).status).toBe(401);
    const refused = await browser.signIn("wrong again", "guessed@example.test");
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await browser.signIn()).status).toBe(200);
  });
});

describe("a request that changes something", () => {
  it("needs the token of the session and comes from the console's own pages", async () => {
    const browser = new ConsoleClient(installation.url);
    await browser.signIn();
    const path = "/account";
    const change = { name: "Mallory" };
    const refused = [
      await browser.send("PATCH", path, change, { "x-csrf-token": "" }),
      await browser.send("PATCH", path, change, { "x-csrf-token": "x".repeat(43) }),
      await browser.send("PATCH", path, change, { origin: "https://evil.example" }),
    ];
    for (const response of refused) expect(await errorOf(response)).toEqual([403, "auth.csrf"]);
    const own = await browser.send("PATCH", path, { name: "Amal N." }, { origin: installation.url });
    expect(((await own.json()) as { account: Json }).account["name"]).toBe("Amal N.");
    await browser.call("PATCH", path, { name: "Amal" });
  });

  it("needs a session at all", async () => {
    const stranger = new ConsoleClient(installation.url);
    const { workspaceId } = installation.console;
    for (const [method, path] of [
      ["GET", "/account"],
      ["GET", `/workspaces/${workspaceId}/apps`],
      ["POST", `/workspaces/${workspaceId}/imports`],
      ["GET", `/workspaces/${workspaceId}/model-providers`],
    ] as const)
      expect(await errorOf(await stranger.send(method, path, method === "GET" ? undefined : { content: "x" }))).toEqual(
        [401, "auth.session-expired"],
      );
  });
});

describe("an import", () => {
  const minimal = appText("workflow", [start([text("x")]), end("end", { x: ["start", "x"] })], ["start>end"]);
  const imports = (content: string, rest: object = {}) =>
    installation.console.send("POST", `/workspaces/${installation.console.workspaceId}/imports`, { content, ...rest });
  const appCount = async () => {
    const path = `/workspaces/${installation.console.workspaceId}/apps`;
    return (await installation.console.call<{ total: number }>("GET", path)).total;
  };

  const bomb = `a0: &a0 [${"x,".repeat(9)}x]\n${Array.from({ length: 11 }, (_, level) => `a${level + 1}: &a${level + 1} [${Array(10).fill(`*a${level}`).join(", ")}]`).join("\n")}\n`;
  const head = "app: {name: A, mode: workflow}\nkind: app\nversion: 0.6.0\nworkflow:\n  graph:\n";

  it.each<[string, string, RegExp]>([
    ["nothing", " \n\n", /^The file is empty\. Choose/],
    ["no YAML", "app: [unclosed\nkind: x", /^Line 2, column \d+: this is not valid YAML: .*\. Correct that line/],
    ["a picture", "\u0089PNG\r\n\u001a\n\u0000\u0000", /./],
    ["a sentence", "Dear team, please find attached", /no app file.*Choose a file/],
    [
      "another kind of YAML",
      "apiVersion: v1\nkind: ConfigMap\ndata: {a: b}",
      /^Line \d+: This is no app file\. .*Choose/,
    ],
    [
      "a newer major version",
      minimal.replace('"0.6.0"', '"1.0.0"'),
      /^Line 1: The file has version 1\.0\.0; .*0\.7\.0.*Upgrade/,
    ],
    ["a version that is a number", minimal.replace('"0.6.0"', "0.6"), /^Line 1: The version is a number.*quotes/],
    [
      "a circle",
      `${head}    nodes:\n    - {id: "1", data: {type: start, title: S}}\n    - {id: a, data: {type: template-transform, title: A, template: ""}}\n    - {id: b, data: {type: template-transform, title: B, template: ""}}\n    edges:\n    - {source: a, target: b}\n    - {source: b, target: a}\n`,
      /^Line \d+: The steps "a" → "b" → "a" form a circle.*Remove/,
    ],
    [
      "an unknown type of step",
      `${head}    nodes:\n    - id: "1"\n      data:\n        title: Beam\n        type: teleport\n    edges: []\n`,
      /^Line 10: Step "Beam" is of type "teleport".*Correct the type/,
    ],
    [
      "an edge to nowhere",
      `${head}    nodes:\n    - {id: "1", data: {type: start, title: S}}\n    edges:\n    - source: "1"\n      target: gone\n`,
      /^Line 10: An edge leads to "gone".*Remove the edge/,
    ],
    ["a bomb of aliases", `${bomb}app: {mode: workflow}\n`, /^Line \d+: the aliases .* Write the values out/],
    [
      "10 MB of text",
      `app: {name: A, mode: workflow}\nnotes: |\n${`  ${"x".repeat(98)}\n`.repeat(99_000)}`,
      /^The file has 10\.0 MB; .* at most 5 MB/,
    ],
    [
      "a step without an id",
      `${head}    nodes:\n    - {data: {type: start}}\n    edges: []\n`,
      /^Line 7: Step 1 has no id/,
    ],
    [
      "a variable without a value",
      `${head}    nodes:\n    - {id: "1", data: {type: start}}\n    edges: []\n  environment_variables:\n  - {name: KEY, value_type: string}\n`,
      /^Line 10: Variable "KEY" has no value\. Add one/,
    ],
    ["an app of a kind that is not for here", "app: {mode: channel, name: A}\n", /^Line 1: app\.mode is "channel"/],
    ["an app without its graph", "app: {mode: workflow, name: A}\n", /needs a `workflow` section/],
  ])("of %s is refused in one sentence with place and way out, and stores nothing", async (_, content, sentence) => {
    const count = await appCount();
    const response = await imports(content);
    const body = (await response.json()) as { code: string; message: string; status: number };
    expect({ http: response.status, ...body }).toMatchObject({
      http: 400,
      status: 400,
      code: expect.stringMatching(/^app\./),
      message: expect.stringMatching(sentence),
      request_id: expect.any(String),
    });
    expect(body.message).not.toContain("\n");
    expect(body.message.length).toBeLessThan(400);
    expect(await appCount()).toBe(count);
  });

  it("names every problem of a file, each with its line", async () => {
    const content = `${head}    nodes:\n    - {id: "1", data: {type: start}}\n    - {id: "1", data: {type: nope}}\n    edges:\n    - {source: "1", target: "2"}\n`;
    const { details } = (await (await imports(content)).json()) as { details: { message: string }[] };
    expect(details.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Line 8: Two steps have the id "1"/),
      expect.stringMatching(/^Line 10: An edge leads to "2"/),
      expect.stringMatching(/^Line 8: Step "1" is of type "nope"/),
    ]);
  });

  it("of a newer minor version waits for a word, once", async () => {
    const count = await appCount();
    const newer = minimal.replace('"0.6.0"', '"0.9.1"');
    const report = (await (await imports(newer)).json()) as Json;
    expect(report).toMatchObject({
      status: "pending",
      app_id: null,
      imported_dsl_version: "0.9.1",
      current_dsl_version: "0.7.0",
    });
    expect(await appCount()).toBe(count);
    const { console } = installation;
    const confirm = `/workspaces/${console.workspaceId}/imports/${report["id"]}/confirm`;
    const confirmed = await console.call<Json>("POST", confirm);
    expect(confirmed).toMatchObject({ status: "completed-with-warnings", app_id: expect.any(String) });
    expect(await appCount()).toBe(count + 1);
    for (const path of [confirm, confirm.replace(String(report["id"]), "nonsense")])
      expect(await errorOf(await console.send("POST", path))).toEqual([404, "app.import-expired"]);
    const { text: exported } = await exportOf(String(confirmed["app_id"]));
    expect(exported).toMatch(/^version: 0\.9\.1\n/);
  });

  it("of a file whose steps come later is kept as a draft that says which", async () => {
    const content = appText("workflow", [start(), { id: "c", type: "agent" }], ["start>c"]);
    const report = (await (await imports(content)).json()) as { app_id: string; problems: Json[] };
    expect(report.problems).toMatchObject([{ code: "app.step-not-runnable", node_id: "c", line: expect.any(Number) }]);
    const detail = await installation.console.call<Json>("GET", `/apps/${report.app_id}`);
    expect(detail).toMatchObject({ status: "draft", published_version: null });
    expect(detail["steps"]).toContainEqual({ node_id: "c", type: "agent", title: "c", support: "later" });
    const published = await installation.console.send("POST", `/apps/${report.app_id}/publish`);
    expect(await errorOf(published)).toEqual([422, "app.not-runnable"]);
    const started = await installation.console.send("POST", `/apps/${report.app_id}/runs`, { inputs: {} });
    expect(await errorOf(started)).toEqual([409, "app.not-published"]);
  });
});

async function exportOf(appId: string, query = ""): Promise<{ text: string; headers: Headers }> {
  const response = await installation.console.send("GET", `/apps/${appId}/export${query}`);
  expect(response.status).toBe(200);
  return { text: await response.text(), headers: response.headers };
}

describe("an app", () => {
  it("is exported as a file, with its secrets only when asked to", async () => {
    const secret = { id: "s", name: "KEY", value_type: "secret", value: "sk-very-secret-1234567890" };
    const app = await installation.publish(
      appText("workflow", [start(), end("end", { k: ["env", "KEY"] })], ["start>end"], {
        environment_variables: [secret],
      }),
    );
    await installation.console.call("PATCH", `/apps/${app.appId}`, { name: "عربي: اسم" });
    const { text: plain, headers } = await exportOf(app.appId);
    expect(headers.get("content-type")).toMatch(/^application\/yaml/);
    expect(headers.get("content-disposition")).toContain(`filename*=UTF-8''${encodeURIComponent("عربي: اسم.yml")}`);
    expect(plain).toContain('name: "عربي: اسم"');
    expect(plain).not.toContain("sk-very-secret");
    expect((await exportOf(app.appId, "?include_secrets=true")).text).toContain("sk-very-secret-1234567890");
    const { data } = (await app.v1.post("/workflows/run", { user: "ada", inputs: {} })) as { data: Json };
    expect(data).toMatchObject({ outputs: { k: "sk-very-secret-1234567890" } });
  });

  it("has at most ten keys, each shown once", async () => {
    const app = await installation.publish(appText("workflow", [start()], []));
    const path = `/apps/${app.appId}/keys`;
    for (let made = 1; made < 10; made += 1)
      expect(await installation.console.call("POST", path)).toMatchObject({
        value: expect.stringMatching(/^app-\w{24}$/),
      });
    expect(await errorOf(await installation.console.send("POST", path))).toEqual([409, "key.limit-reached"]);
    const { data } = await installation.console.call<{ data: Json[] }>("GET", path);
    expect(data).toHaveLength(10);
    expect(JSON.stringify(data)).not.toContain(app.key);
  });

  it("is made of each sample, and each sample runs", async () => {
    const { console } = installation;
    const samples = `/workspaces/${console.workspaceId}/samples`;
    const { data } = await console.call<{
      data: { id: string; mode: string; example_inputs: Json; example_query: string }[];
    }>("GET", samples);
    expect(data.map(({ id }) => id)).toEqual([
      "support-reply",
      "internal-chatbot",
      "document-questions",
      "arabic-letter",
    ]);
    await Promise.all(
      data.map(async (sample) => {
        const made = await console.call<Json>("POST", `${samples}/${sample.id}`);
        expect(made).toMatchObject({ status: "live", uses_demo_model: true, problems: [] });
        const { run_id } = await console.call<{ run_id: string }>("POST", `/apps/${made["id"]}/runs`, {
          inputs: sample.example_inputs,
          ...(sample.mode === "workflow" ? {} : { query: sample.example_query }),
        });
        const events = await allFrames(await console.send("GET", `/runs/${run_id}/events`));
        expect(events.at(-1)!.data).toMatchObject({ event: "run.finished", run: { status: "succeeded" } });
      }),
    );
    expect(await errorOf(await console.send("POST", `${samples}/nothing`))).toEqual([404, "app.sample-unknown"]);
  });
});

describe("a run of the console", () => {
  it("is followed by numbered events, gone on with after any of them", async () => {
    const { console, model } = installation;
    model.script({ text: ["one ", "two ", "three"], pieceMs: 20 });
    const app = await installation.publish(
      appText(
        "workflow",
        [start([text("x")]), llm("ask", "{{#start.x#}}"), end("end", { t: ["ask", "text"] })],
        ["start>ask", "ask>end"],
      ),
    );
    const { run_id } = await console.call<{ run_id: string }>("POST", `/apps/${app.appId}/runs`, {
      inputs: { x: "hi" },
    });
    const all: Frame[] = [];
    for await (const frame of readFrames(await console.send("GET", `/runs/${run_id}/events`))) all.push(frame);
    expect(all.map(({ id }) => id)).toEqual(all.map((_, place) => place + 1));
    expect(all[0]!.data).toMatchObject({ event: "run.started", inputs: { x: "hi" } });
    expect(
      all
        .filter(({ data }) => data["event"] === "text-delta")
        .map(({ data }) => data["text"])
        .join(""),
    ).toBe("one two three");
    expect(all.at(-1)!.data).toMatchObject({
      event: "run.finished",
      outputs: { t: "one two three" },
      run: { id: run_id },
    });
    for (const cut of [0, 1, 4, all.length - 1]) {
      const rest = await allFrames(
        await console.send("GET", `/runs/${run_id}/events`, undefined, { "last-event-id": String(cut) }),
      );
      expect(rest.map(({ text: frame }) => frame)).toEqual(all.slice(cut).map(({ text: frame }) => frame));
    }
    const wrong = await console.send("GET", `/runs/${run_id}/events`, undefined, { "last-event-id": "x" });
    expect(await errorOf(wrong)).toEqual([400, "request.invalid"]);

    const detail = await console.call<{ steps: Json[] }>("GET", `/runs/${run_id}`);
    expect(detail).toMatchObject({
      status: "succeeded",
      trigger: "console",
      outputs: { t: "one two three" },
      total_steps: 3,
    });
    expect(detail.steps.map(({ node_id }) => node_id)).toEqual(["start", "ask", "end"]);
    const { data } = await console.call<{ data: Json[] }>("GET", `/apps/${app.appId}/runs`);
    expect(data).toMatchObject([{ id: run_id, status: "succeeded" }]);
  });

  it("is stopped by a person", async () => {
    const { console, model } = installation;
    model.script({ text: Array.from({ length: 100 }, () => "word "), pieceMs: 50 });
    const app = await installation.publish(
      appText("workflow", [start(), llm("ask", "x"), end("end", { t: ["ask", "text"] })], ["start>ask", "ask>end"]),
    );
    const { run_id } = await console.call<{ run_id: string }>("POST", `/apps/${app.appId}/runs`, { inputs: {} });
    let told = false;
    let last: Frame | undefined;
    for await (const frame of readFrames(await console.send("GET", `/runs/${run_id}/events`))) {
      last = frame;
      if (frame.data["event"] !== "text-delta" || told) continue;
      told = true;
      expect((await console.send("POST", `/runs/${run_id}/stop`)).status).toBe(202);
    }
    expect(last!.data).toMatchObject({ event: "run.finished", run: { status: "stopped" } });
  });

  it("names the field that its inputs break", async () => {
    const app = await installation.publish(
      appText("workflow", [start([text("city", { required: true })]), end("end", {})], ["start>end"]),
    );
    const response = await installation.console.send("POST", `/apps/${app.appId}/runs`, { inputs: {} });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({
      code: "run.inputs-invalid",
      message: "city is required in input form",
      details: [{ path: "inputs.city", message: "city is required in input form" }],
    });
  });
});

describe("model providers", () => {
  it("are set per workspace, tested against the endpoint, and never show their key", async () => {
    const { console, model } = installation;
    const path = `/workspaces/${console.workspaceId}/model-providers`;
    const put = (body: Json) => console.send("PUT", path, body);
    const good = { provider: "deepseek", base_url: `${model.url}/`, api_key: "sk-deep-secret-9876" };
    expect(await (await put(good)).json()).toEqual({
      provider: "langgenius/deepseek/deepseek",
      label: "deepseek",
      source: "workspace",
      demo: false,
      base_url: model.url,
      key: { set: true, hint: "…9876" },
    });
    const listed = await (await console.send("GET", path)).text();
    expect(listed).not.toContain("sk-deep");
    expect(JSON.parse(listed)).toMatchObject({
      data: [{ source: "environment" }, { source: "workspace" }, { demo: true }],
    });
    expect(await console.call("POST", `${path}/test`, { provider: "deepseek" })).toEqual({
      models: ["scripted-large", "scripted-small"],
    });
    expect(model.requests.at(-1)!.headers["authorization"]).toBe("Bearer sk-deep-secret-9876");
    expect(await errorOf(await put({ ...good, base_url: "not an address" }))).toEqual([400, "model.base-url-invalid"]);
    expect(await errorOf(await put({ ...good, provider: "demo" }))).toEqual([409, "model.provider-read-only"]);
    expect((await console.send("DELETE", `${path}?provider=langgenius/deepseek/deepseek`)).status).toBe(204);
    expect(await (await console.send("GET", path)).text()).not.toContain("deepseek");
  });
});

describe("openapi.json", () => {
  it("describes every route with schemas that resolve, and answers match it", async () => {
    const document = (await (await fetch(`${installation.url}/console/api/openapi.json`)).json()) as {
      openapi: string;
      paths: Record<string, Record<string, { operationId: string; parameters: Json[]; responses: Json }>>;
    };
    expect(document.openapi).toMatch(/^3\.1\./);
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    );
    expect(operations.length).toBeGreaterThan(25);
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length);
    for (const { path, operation } of operations) {
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = operation.parameters.filter((parameter) => parameter["in"] === "path").map(({ name }) => name);
      expect(declared.sort()).toEqual(named.sort());
      expect(Object.keys(operation.responses)).toContain("default");
    }
    const text = JSON.stringify(document);
    for (const [, pointer] of text.matchAll(/"\$ref":"#([^"]+)"/g)) {
      const target = pointer!
        .split("/")
        .slice(1)
        .reduce<unknown>((inner, key) => (inner as Json)?.[key], document);
      expect(target, pointer).toBeDefined();
    }
  });
});

it("answers an unknown address with JSON, also to a browser", async () => {
  const response = await installation.console.send("GET", "/nowhere", undefined, { accept: "text/html" });
  expect(await errorOf(response)).toEqual([404, "request.not-found"]);
});

it("has left no defect in the log", () => {
  expect(installation.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
});
