import { cpus, totalmem } from "node:os";
import { type Figure, table } from "./table.ts";

/** By name; loaded when asked for. */
const benches: Record<string, { about: string; load(): Promise<() => Promise<Figure[]>> }> = {
  engine: {
    about: "steps per second, against a bare loop over the same node functions",
    load: async () => (await import("./benches/engine.bench.ts")).engineBench,
  },
  start: {
    about: "start-up to ready: empty and warm data folder",
    load: async () => (await import("./benches/start.bench.ts")).startBench,
  },
  memory: {
    about: "memory at rest, everything embedded",
    load: async () => (await import("./benches/memory.bench.ts")).memoryBench,
  },
  graphon: {
    about: "steps per processor second and cost of an item, against graphon 0.7.0 on the same graphs",
    load: async () => (await import("./benches/graphon.bench.ts")).graphonBench,
  },
  durable: {
    about: "steps per second and statements a step of stored runs, embedded and on Postgres",
    load: async () => (await import("./benches/durable.bench.ts")).durableBench,
  },
  stored: {
    about: "whole stored runs over HTTP on Postgres and Redis, against a route that stores a row",
    load: async () => (await import("./benches/stored.bench.ts")).storedBench,
  },
  fairness: {
    about: "how long one workspace's run waits while another has a thousand waiting, on Redis and embedded",
    load: async () => (await import("./benches/fairness.bench.ts")).fairnessBench,
  },
  growth: {
    about: "memory of a worker after many runs, and of many open streams",
    load: async () => (await import("./benches/growth.bench.ts")).growthBench,
  },
  egress: {
    about: "added latency and throughput of the egress proxy, against the same requests without it",
    load: async () => (await import("./benches/egress.bench.ts")).egressBench,
  },
  relay: {
    about: "streams of a scripted model: added time to first token, CPU per token, against a bare Fastify relay",
    load: async () => (await import("./benches/relay.bench.ts")).relayBench,
  },
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in benches));
if (names.length === 0 || unknown.length > 0) {
  for (const name of unknown) process.stderr.write(`There is no bench "${name}".\n`);
  process.stderr.write("Usage: npm run bench -- NAME…\n\n");
  for (const [name, { about }] of Object.entries(benches)) process.stderr.write(`  ${name.padEnd(8)} ${about}\n`);
  process.exitCode = 2;
} else {
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  process.stdout.write(
    `${new Date().toISOString().slice(0, 10)}, ${cpus().length} cores, ${memory}, Node ${process.versions.node}\n`,
  );
  for (const name of names) {
    const run = await benches[name]!.load();
    process.stderr.write(`Running ${name} …\n`);
    process.stdout.write(`\n${name}\n\n`);
    process.stdout.write(`${table(await run())}\n`);
  }
}
