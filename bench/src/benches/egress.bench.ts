import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "@diwan/testkit/services";
import { startChild } from "../processes/child.ts";
import { type Figure, median } from "../table.ts";

const ROUNDS = 600;
const WARM_UP = 100;
const LARGE = 512 * 1024 * 1024;
const LARGE_ROUNDS = 5;

/** What our egress proxy costs on the way to a server of this same machine, which it is told by address: no name is looked up. */
export async function egressBench(): Promise<Figure[]> {
  const site = startChild(join(import.meta.dirname, "../processes/large-site.ts"), []);
  const folder = mkdtempSync(join(tmpdir(), "diwan-bench-"));
  const policy = join(folder, "egress.yaml");
  writeFileSync(
    policy,
    "version: 1\nmode: public\nuntrusted: {allow_private: [{cidr: 127.0.0.0/8}]}\nlimits: {response_mib: 100000}\n",
  );
  const proxyPort = await freePort();
  const proxy = startChild(join(import.meta.dirname, "../../../scripts/diwan.mjs"), ["service", "egress-proxy"], {
    EGRESS_POLICY_FILE: policy,
    EGRESS_UNTRUSTED_PORT: String(proxyPort),
    EGRESS_PLATFORM_PORT: String(await freePort()),
    EGRESS_LOG: join(folder, "decisions.log"),
  });
  try {
    const port = Number((await site.until(/port (\d+)/)).match[1]);
    await proxy.until(/The egress proxy listens/);
    const ways: Ways = {
      direct: { port, target: "" },
      plain: { port: proxyPort, target: `http://127.0.0.1:${port}` },
      tunnel: { port: proxyPort, target: "", tunnelTo: `127.0.0.1:${port}` },
    };
    return [...(await latencies(ways)), ...(await throughputs(ways))];
  } finally {
    await Promise.all([site.stop(), proxy.stop()]);
    rmSync(folder, { recursive: true, force: true });
  }
}

type Way = { port: number; target: string; tunnelTo?: string };
type Ways = Record<"direct" | "plain" | "tunnel", Way>;

/** A connection, a request and its answer, all anew each time; the ways take turns. */
async function latencies(ways: Ways): Promise<Figure[]> {
  const taken = { direct: [] as number[], plain: [] as number[], tunnel: [] as number[] };
  for (let round = 0; round < ROUNDS + WARM_UP; round += 1) {
    for (const name of ["direct", "plain", "tunnel"] as const) {
      const startedAt = performance.now();
      await fetchBytes(ways[name], 2);
      if (round >= WARM_UP) taken[name].push(performance.now() - startedAt);
    }
  }
  const direct = median(taken.direct);
  const added = (name: "plain" | "tunnel"): Figure => ({
    name: `added latency, ${name === "plain" ? "plain HTTP" : "CONNECT"}, median`,
    ours: median(taken[name]) - direct,
    unit: "ms",
    target: { of: "ours", atMost: 1 },
  });
  return [
    { name: "a request of its own connection, direct, median", ours: direct, unit: "ms" },
    added("plain"),
    added("tunnel"),
  ];
}

async function throughputs(ways: Ways): Promise<Figure[]> {
  const rates = { direct: [] as number[], plain: [] as number[], tunnel: [] as number[] };
  for (let round = 0; round < LARGE_ROUNDS; round += 1) {
    for (const name of ["direct", "plain", "tunnel"] as const) {
      const startedAt = performance.now();
      await fetchBytes(ways[name], LARGE);
      rates[name].push(LARGE / 1e6 / ((performance.now() - startedAt) / 1000));
    }
  }
  const figure = (name: "plain" | "tunnel"): Figure => ({
    name: `one connection, ${name === "plain" ? "plain HTTP" : "CONNECT"}`,
    ours: median(rates[name]),
    reference: median(rates.direct),
    unit: "MB/s",
    target: { of: "ratio", atLeast: 0.6 },
  });
  return [figure("plain"), figure("tunnel")];
}

/** As little client as there can be: it counts what arrives after the head. */
async function fetchBytes({ port, target, tunnelTo }: Way, bytes: number): Promise<void> {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  if (tunnelTo !== undefined) {
    socket.write(`CONNECT ${tunnelTo} HTTP/1.1\r\nHost: ${tunnelTo}\r\n\r\n`);
    await head(socket);
  }
  socket.write(`GET ${target}/${bytes} HTTP/1.1\r\nHost: site\r\nConnection: close\r\n\r\n`);
  let received = await head(socket);
  await new Promise<void>((resolve, reject) => {
    const done = () => {
      if (received < bytes) return;
      socket.destroy();
      resolve();
    };
    socket.on("data", (part) => {
      received += part.length;
      done();
    });
    socket.once("error", reject);
    socket.once("end", () => (received < bytes ? reject(new Error(`only ${received} bytes came`)) : done()));
    done();
  });
}

/** @returns How many bytes of the body came with it. */
function head(socket: Socket): Promise<number> {
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.once("data", (part: Buffer) => {
      const end = part.indexOf("\r\n\r\n");
      if (!/^HTTP\/1\.1 200/.test(part.toString("latin1", 0, 12)) || end < 0)
        reject(new Error(part.toString("latin1", 0, 200)));
      else resolve(part.length - end - 4);
    });
  });
}
