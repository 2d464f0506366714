import { run } from "./bootstrap.mjs";

await run("scripts/run-tests.ts", process.argv.slice(2), { needsConsole: true });
