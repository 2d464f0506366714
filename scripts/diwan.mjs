#!/usr/bin/env node
import { run } from "./bootstrap.mjs";

const args = process.argv.slice(2);
await run("services/standalone/src/cli/main.ts", args, { needsConsole: args[0] === "start" });
