import { openEngine } from "./engine.ts";
import { query } from "./wire/frontend.ts";

/** Program of a process of its own: makes the database in the folder it is given, and ends. */
const engine = await openEngine(process.argv[2]!);
engine.exec(query("create extension vector; create extension pg_trgm"));
await engine.close();
