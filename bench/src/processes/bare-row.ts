// The reference for stored runs: a Fastify route that parses a body, stores one row and answers.
import fastify from "fastify";
import pg from "pg";

const pool = new pg.Pool({ connectionString: process.env["DATABASE_URL"], max: 20 });
await pool.query(
  "create table if not exists bare_row (id bigserial primary key, body json not null, at timestamptz not null)",
);
const app = fastify();
app.post("/rows", async (request) => {
  const { rows } = await pool.query({
    name: "row_insert",
    text: "insert into bare_row (body, at) values ($1, now()) returning id",
    values: [JSON.stringify(request.body)],
  });
  return { id: rows[0].id };
});
process.stdout.write(`${await app.listen({ host: "127.0.0.1", port: 0 })}\n`);
