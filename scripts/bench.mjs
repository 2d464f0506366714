import { run } from "./bootstrap.mjs";

await run("bench/src/main.ts", process.argv.slice(2), { needsConsole: true });
