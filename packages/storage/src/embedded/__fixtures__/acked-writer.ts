import { writeSync } from "node:fs";
import { openEmbedded } from "../open-embedded.ts";

/** Writes rows for as long as it lives, and says of each that it is written once Postgres has said so. */
const { pool } = await openEmbedded(process.argv[2]!);
await pool.query("create table if not exists written (number int primary key, part int)");
const { rows } = await pool.query("select coalesce(max(number), 0) as last from written");
for (let number = rows[0].last + 1; ; number += 2) {
  const client = await pool.connect();
  await client.query("begin");
  await client.query("insert into written values ($1, 1)", [number]);
  await client.query("insert into written values ($1, 2)", [number + 1]);
  await client.query("commit");
  client.release();
  writeSync(1, `${number}\n`);
}
