import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { rawExchange, startNameServer } from "@diwan/testkit";
import { freePort } from "@diwan/testkit/services";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { diwan } from "../support/diwan.ts";
import { projectRoot } from "../support/installation.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "diwan-egress-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const listed =
  "version: 1\nmode: allowlist\nuntrusted: {allow: [api.example.com]}\nplatform: {model_endpoints: listed}\n";

describe("diwan egress explain", () => {
  it("prints verdict, rule and addresses, and ends with 0 for what goes out", async () => {
    await using nameServer = await startNameServer({ "api.example.com": ["93.184.216.34"] });
    const policy = file("listed.yaml", listed);
    const environment = { EGRESS_DNS_SERVERS: nameServer.address };
    const allowed = await diwan(["egress", "explain", "https://api.example.com/v1", "--policy", policy], environment);
    expect(allowed).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(allowed.stdout)).toEqual({
      allow: true,
      reason: null,
      rule: "untrusted.allow: api.example.com",
      host: "api.example.com",
      port: 443,
      addresses: ["93.184.216.34"],
    });
    const args = ["egress", "explain", "https://api.example.com/", "--policy", policy, "--profile", "platform"];
    const refused = await diwan(args, environment);
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stdout)).toMatchObject({
      allow: false,
      reason: "host-not-allowed",
      rule: "platform.allow",
    });
  });

  it("takes the policy from the environment, and without any the one of an installation of its own", async () => {
    const closed = file("closed.yaml", "version: 1\nmode: closed\n");
    const one = await diwan(["egress", "explain", "http://api.example.com/"], { EGRESS_POLICY_FILE: closed });
    expect(JSON.parse(one.stdout)).toMatchObject({ reason: "closed" });
    const opened = await diwan(["egress", "explain", "http://127.0.0.1:8080/"], {
      DIWAN_EGRESS_ALLOW_PRIVATE: "127.0.0.1",
    });
    expect([opened.code, JSON.parse(opened.stdout)]).toMatchObject([0, { rule: "allow_private: 127.0.0.1" }]);
  });

  it.each([
    [["egress"], /Say what to explain/],
    [["egress", "explain"], /Say what to explain/],
    [["egress", "explain", "nonsense"], /is no address/],
    [["egress", "explain", "http://a.example/", "--profile", "me"], /untrusted or platform/],
    [["egress", "explain", "http://a.example/", "--policy", "/nowhere.yaml"], /cannot be read \(ENOENT\)/],
    [["egress", "render"], /where to render to/],
    [["service"], /Name one of the services: api, worker, sandbox, egress-proxy/],
    [["service", "toaster"], /Name one of the services/],
  ])("says what is wrong with %j and ends with 2", async (args, why) => {
    const { code, stdout, stderr } = await diwan(args);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(why);
  });

  it("names the lines of a wrong policy and ends with 2", async () => {
    const policy = file("wrong.yaml", "version: 1\nmode: public\nports: [0]\n");
    const { code, stderr } = await diwan(["egress", "explain", "http://a.example/", "--policy", policy]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(/line 3: ports\[0\]: ports are from 1 to 65535/)]);
  });
});

it("diwan egress render writes what Squid needs", async () => {
  const out = join(folder, "squid");
  const { code } = await diwan(["egress", "render", "--policy", file("a.yaml", listed), "--out", out]);
  expect(code).toBe(0);
  expect(readdirSync(out).sort()).toEqual(["allow-platform.txt", "allow-untrusted.txt", "squid.conf"]);
  expect(readFileSync(join(out, "allow-untrusted.txt"), "utf8")).toBe("api.example.com\n");
  expect(readFileSync(join(out, "squid.conf"), "utf8")).toContain(`"${out}/allow-untrusted.txt"`);
});

describe("diwan service egress-proxy", () => {
  let child: ChildProcess;
  let port: number;
  let errors = "";
  let lines = "";
  const reasonOf = async (target: string) =>
    (await rawExchange(port, `GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)).headers[
      "x-ssrf-deny-reason"
    ];
  const until = async (holds: () => boolean | Promise<boolean>) => {
    for (let tries = 0; !(await holds()); tries += 1) {
      if (tries === 200) throw new Error(`it did not come about:\n${errors}`);
      await sleep(50);
    }
  };

  beforeAll(async () => {
    port = await freePort();
    const settings = {
      EGRESS_POLICY_FILE: file("running.yaml", "version: 1\nmode: public\n"),
      EGRESS_UNTRUSTED_PORT: String(port),
      EGRESS_PLATFORM_PORT: String(await freePort()),
    };
    child = spawn(process.execPath, [join(projectRoot, "scripts/diwan.mjs"), "service", "egress-proxy"], {
      env: { ...process.env, ...settings },
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stderr!.on("data", (part) => {
      errors += part;
    });
    child.stdout!.on("data", (part) => {
      lines += part;
    });
    await until(() => errors.includes("The egress proxy listens."));
  });
  afterAll(() => child.kill("SIGKILL"));

  it("decides, and writes a line for it", async () => {
    expect(await reasonOf("http://10.0.0.1/")).toBe("ip-literal");
    await until(() => lines.includes("\n"));
    expect(JSON.parse(lines.split("\n")[0]!)).toMatchObject({
      verdict: "refused",
      time: expect.stringMatching(/^2\S+Z$/),
    });
  });

  it("reads the policy again on SIGHUP and when the file changes, and keeps the old one in place of a wrong one", async () => {
    file("running.yaml", "version: 1\nmode: closed\n");
    child.kill("SIGHUP");
    await until(async () => (await reasonOf("http://10.0.0.1/")) === "closed");
    file("running.yaml", "version: 1\nmode: open\n");
    await until(() => errors.includes("stays as it was"));
    expect(errors).toMatch(/line 2: mode/);
    expect(await reasonOf("http://10.0.0.1/")).toBe("closed");
    file("running.yaml", "version: 1\nmode: public\n");
    await until(async () => (await reasonOf("http://10.0.0.1/")) === "ip-literal");
  });

  it("ends when it is told to", async () => {
    child.kill("SIGTERM");
    expect(await once(child, "exit")).toEqual([0, null]);
  });
});
