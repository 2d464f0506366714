import { run } from "./bootstrap.mjs";

await run("services/standalone/src/cli/main.ts", ["start", ...process.argv.slice(2)], { needsConsole: true });
