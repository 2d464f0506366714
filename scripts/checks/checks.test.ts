import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { checkDirectSockets, directSocketsIn } from "./direct-sockets.ts";
import { checkImports, importRules, problemsOf } from "./imports.ts";
import { checkLinks } from "./links.ts";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

it("finds no import that the table forbids", () => {
  expect(checkImports(root)).toEqual([]);
});

it("holds the same table as ARCHITECTURE.md", () => {
  const table = readFileSync(join(root, "ARCHITECTURE.md"), "utf8").split("| code in | imports | stays clear of |")[1]!;
  const rows = [...table.split("\n\n")[0]!.matchAll(/^\| (?!---)([^|]+?) \|/gm)].map((match) => match[1]);
  expect(rows).toEqual(importRules.map(({ row }) => row));
});

it.each([
  ["packages/kernel/src/ids.ts", "@diwan/contracts", /kernel and contracts/],
  ["packages/workflow/src/graph/graph.ts", "node:fs", /browsers/],
  ["packages/workflow/src/graph/graph.ts", "@diwan/runs", /kernel and contracts only/],
  ["packages/runs/src/ports.ts", "@diwan/storage/postgres", /packages name ports/],
  ["packages/runs/src/ports.ts", "../../models/src/gateway.ts", /by its name/],
  ["packages/storage/src/stack.ts", "@diwan/api", /no process/],
  ["services/api/src/main.ts", "@diwan/worker", /do not import each other/],
  ["web/console/src/main.tsx", "@diwan/runs", /contracts, workflow and web\/ui only/],
  ["web/console/src/features/runs/pages/run.tsx", "@mantine/core", /never the component library/],
  ["services/api/src/main.ts", "@diwan/runs/src/run.ts", /through its index/],
])("refuses that %s imports %s", (file, target, why) => {
  expect(problemsOf(file, target).join()).toMatch(why);
});

it("lets code import what the table allows", () => {
  expect(problemsOf("services/api/src/main.ts", "@diwan/storage/server")).toEqual([]);
  expect(problemsOf("packages/nodes/src/llm/llm.node.ts", "@diwan/workflow")).toEqual([]);
  expect(problemsOf("packages/workflow/src/jinja/jinja.test.ts", "node:fs")).toEqual([]);
});

it("finds no link between documents that leads nowhere", () => {
  expect(checkLinks(root)).toEqual([]);
});

it("finds nothing that goes out past the one door", () => {
  expect(checkDirectSockets(root)).toEqual([]);
});

it.each([
  ['import { request } from "node:https";', "node:https"],
  ['import tls from "tls";', "tls"],
  ['import net, { type Socket } from "node:net";', "node:net"],
  ['const { Agent } = await import("undici");', "undici"],
  ['import Fetch from "undici/lib/fetch";', "undici/lib/fetch"],
  ['const axios = require("axios");', "axios"],
  ['import got from "got";', "got"],
  ['import { WebSocket } from "ws";', "ws"],
  ['const answer = await fetch("https://example.com");', "fetch"],
  ["const answer = await fetch (url, { method });", "fetch"],
  ["const send = globalThis.fetch;", "globalThis.fetch"],
  ["get(fetch);", "fetch"],
  ['new WebSocket("wss://example.com");', "WebSocket"],
  ["const source = new EventSource(url);", "EventSource"],
  ["new XMLHttpRequest();", "XMLHttpRequest"],
  ['const net = process.getBuiltinModule("node:net");', "node:net"],
  ['import { S3Client } from "@aws-sdk/client-s3";', "@aws-sdk/client-s3"],
  ['import OpenAI from "openai";', "openai"],
  ['import pg from "pg";', "pg"],
  ['import { createTransport } from "nodemailer";', "nodemailer"],
])("sees a way past it in %s", (source, found) => {
  expect(directSocketsIn("packages/runs/src/run.ts", source)).toEqual([expect.stringContaining(`uses ${found}:`)]);
});

it.each([
  ["packages/runs/src/run.ts", 'import type { Socket } from "node:net";'],
  ["packages/runs/src/run.ts", "// fetch(url) would go past the policy\nstore.fetch(id); /* new WebSocket() */"],
  ["packages/runs/src/run.ts", "const prefetch = refetch(); type Fetched = { fetch: true };"],
  ["packages/runs/src/run.ts", 'const sentence = "A fetch( in a text is none.";'],
  ["packages/runs/src/run.test.ts", 'await fetch("http://127.0.0.1");'],
  ["packages/egress/src/adapters/exchange.ts", 'import { Agent } from "undici";'],
  ["services/worker/src/health-server.ts", 'import { createServer, type Server } from "node:http";'],
  ["services/egress-proxy/src/connect.ts", 'import { connect } from "node:net";'],
  ["packages/runs/src/run.ts", 'import { pgTable } from "drizzle-orm/pg-core";'],
])("lets %s hold %s", (file, source) => {
  expect(directSocketsIn(file, source)).toEqual([]);
});

it.each(["services/worker/src/health-server.ts", "services/egress-proxy/src/listener.ts"])(
  "lets %s listen and not connect",
  (file) => {
    const source = 'import { createServer, request } from "node:http";';
    expect(directSocketsIn(file, source)).toEqual([expect.stringContaining("uses node:http:")]);
  },
);
