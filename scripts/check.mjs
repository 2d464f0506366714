import { run } from "./bootstrap.mjs";

await run("scripts/run-checks.ts", process.argv.slice(2));
