import { type HttpScript, startHttpServer } from "@diwan/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appText, end, start } from "../support/app-text.ts";
import { type PublishedApp, startInstallation, type TestInstallation } from "../support/installation.ts";

type Json = Record<string, unknown>;

let installation: TestInstallation;
let outside: Awaited<ReturnType<typeof startHttpServer>>;
let reader: PublishedApp;
let chat: PublishedApp;
let fetcher: PublishedApp;

const extract = (id: string, selector: string[], list = false) => ({
  id,
  type: "document-extractor",
  variable_selector: selector,
  is_array_file: list,
});

beforeAll(async () => {
  outside = await startHttpServer(
    ({ path }): HttpScript =>
      path === "/notes.txt"
        ? { headers: { "content-type": "text/plain" }, body: "from elsewhere" }
        : {
            headers: { "content-type": "image/png", "content-disposition": 'attachment; filename="cat.png"' },
            body: "PNG!",
          },
  );
  installation = await startInstallation({ settings: { DIWAN_EGRESS_ALLOW_PRIVATE: "127.0.0.1" } });
  reader = await installation.publish(
    appText(
      "workflow",
      [
        start([
          {
            variable: "doc",
            type: "file",
            required: true,
            allowed_file_types: ["document", "custom"],
            allowed_file_extensions: [".log"],
            allowed_file_upload_methods: ["local_file", "remote_url"],
          },
        ]),
        extract("read", ["start", "doc"]),
        end("end", { text: ["read", "text"], name: ["start", "doc", "name"], file: ["start", "doc"] }),
      ],
      ["start>read", "read>end"],
    ),
  );
  chat = await installation.publish(
    appText(
      "advanced-chat",
      [start(), extract("read", ["sys", "files"], true), { id: "say", type: "answer", answer: "{{#read.text#}}" }],
      ["start>read", "read>say"],
    ),
  );
  fetcher = await installation.publish(
    appText(
      "workflow",
      [
        start(),
        {
          id: "get",
          type: "http-request",
          method: "get",
          url: `${outside.url}/cat`,
          authorization: { type: "no-auth" },
          headers: "",
          params: "",
          body: { type: "none", data: [] },
          timeout: {},
        },
        end("end", { files: ["get", "files"], body: ["get", "body"] }),
      ],
      ["start>get", "get>end"],
    ),
  );
});
afterAll(async () => {
  await installation[Symbol.asyncDispose]();
  await outside[Symbol.asyncDispose]();
});

const form = (name: string, text: string, type = "text/plain") => {
  const made = new FormData();
  made.set("user", "ada");
  made.set("file", new File([text], name, { type }));
  return made;
};
const send = (app: PublishedApp, made: FormData) =>
  fetch(`${installation.url}/v1/files/upload`, {
    method: "POST",
    headers: { authorization: `Bearer ${app.key}` },
    body: made,
  });
const run = async (app: PublishedApp, doc: unknown) =>
  (await app.v1.post("/workflows/run", { user: "ada", inputs: { doc } })) as {
    data?: Json;
    code?: string;
    message?: string;
  };

describe("an upload", () => {
  it("is a file that steps read, and whose address works for whoever has it", async () => {
    const response = await send(reader, form("تقرير.txt", "السلام عليكم"));
    const uploaded = (await response.json()) as Json;
    expect([response.status, uploaded]).toMatchObject([
      201,
      { name: "تقرير.txt", extension: "txt", mime_type: "text/plain", size: 23, id: expect.any(String) },
    ]);
    const doc = { type: "document", transfer_method: "local_file", upload_file_id: uploaded["id"] };
    const { data } = await run(reader, doc);
    expect(data).toMatchObject({ status: "succeeded", outputs: { text: "السلام عليكم", name: "تقرير.txt" } });
    const { url } = (data!["outputs"] as { file: { url: string } }).file;
    const shown = await fetch(url);
    expect([shown.status, await shown.text(), shown.headers.get("content-security-policy")]).toEqual([
      200,
      "السلام عليكم",
      "sandbox; default-src 'none'",
    ]);
    for (const forged of [
      url.replace(/sign=[^.]+\./, "sign=abc."),
      url.replace(/expires=\d+/, "expires=9999999999"),
      url.split("?")[0]!,
    ]) {
      expect((await fetch(forged)).status).toBe(404);
    }
  });

  it("is refused with a sentence where it does not fit", async () => {
    const answers = async (made: FormData) => {
      const response = await send(reader, made);
      return [response.status, ((await response.json()) as Json)["code"]];
    };
    expect(await answers(new FormData())).toEqual([400, "no_file_uploaded"]);
    const two = form("a.txt", "a");
    two.append("file", new File(["b"], "b.txt", { type: "text/plain" }));
    expect(await answers(two)).toEqual([400, "too_many_files"]);
    expect(await answers(form("large.png", "x".repeat(10 * 1024 * 1024 + 1), "image/png"))).toEqual([
      413,
      "file_too_large",
    ]);
    expect(
      (await fetch(`${installation.url}/v1/files/upload`, { method: "POST", body: form("a.txt", "a") })).status,
    ).toBe(401);
  });

  it("is another app's nobody else's", async () => {
    const uploaded = (await (await send(chat, form("a.txt", "a"))).json()) as Json;
    const refused = await run(reader, {
      type: "document",
      transfer_method: "local_file",
      upload_file_id: uploaded["id"],
    });
    expect(refused).toMatchObject({
      code: "invalid_param",
      message: expect.stringMatching(/doc: no file was uploaded/),
    });
  });
});

describe("a file field", () => {
  it("takes addresses, and what is there is fetched when a step reads it", async () => {
    const doc = { type: "document", transfer_method: "remote_url", url: `${outside.url}/notes.txt` };
    expect((await run(reader, doc)).data).toMatchObject({ outputs: { text: "from elsewhere", name: "notes.txt" } });
    const missing = await run(reader, { ...doc, url: "http://10.1.2.3/notes.txt" });
    expect(missing.data).toMatchObject({ status: "failed", error: expect.stringMatching(/egress policy/) });
  });

  it.each([
    [{ type: "image", transfer_method: "remote_url", url: "https://example.com/cat.png" }, /does not take "cat.png"/],
    [
      { type: "image", transfer_method: "remote_url", url: "https://example.com/a.txt" },
      /is of type document, not image/,
    ],
    [{ type: "document", transfer_method: "remote_url", url: "ftp://example.com/a.txt" }, /http:\/\/ or https:\/\//],
    [{ type: "document", transfer_method: "local_file", upload_file_id: "nonsense" }, /no file was uploaded/],
    ["a.txt", /must be a file/],
  ])("refuses %j with a sentence", async (doc, sentence) => {
    expect(await run(reader, doc)).toMatchObject({ code: "invalid_param", message: expect.stringMatching(sentence) });
  });
});

it("files of a message are the turn's own", async () => {
  const uploads = await Promise.all(
    ["one", "two"].map(async (text) => (await (await send(chat, form(`${text}.txt`, text))).json()) as Json),
  );
  const files = uploads.map(({ id }) => ({ type: "document", transfer_method: "local_file", upload_file_id: id }));
  const first = await chat.v1.post("/chat-messages", { user: "ada", query: "read", inputs: {}, files });
  expect(first["answer"]).toBe("- one\n- two");
  const conversation_id = first["conversation_id"];
  const second = await chat.v1.post("/chat-messages", { user: "ada", query: "again", inputs: {}, conversation_id });
  expect(second["answer"]).toBe("");
  const many = Array.from({ length: 11 }, () => files[0]);
  expect(await chat.v1.post("/chat-messages", { user: "ada", query: "read", inputs: {}, files: many })).toMatchObject({
    code: "invalid_param",
    message: expect.stringMatching(/at most 10/),
  });
});

it("a file that a step fetched is kept, and can be fetched from us", async () => {
  const { data } = (await fetcher.v1.post("/workflows/run", { user: "ada", inputs: {} })) as { data: Json };
  const { files, body } = data["outputs"] as { files: Json[]; body: string };
  expect([body, files]).toMatchObject([
    "",
    [{ filename: "cat.png", type: "image", transfer_method: "tool_file", size: 4 }],
  ]);
  const kept = await fetch(String(files[0]!["url"]));
  expect([kept.headers.get("content-type"), await kept.text()]).toEqual(["image/png", "PNG!"]);
});
