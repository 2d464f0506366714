import { run } from "./bootstrap.mjs";

await run("tests/faults/main.ts", process.argv.slice(2));
