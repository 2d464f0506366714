// The reference for start-up and memory: a Fastify server that does nothing.
import fastify from "fastify";

const app = fastify();
app.get("/", () => ({ ok: true }));
process.stdout.write(`${await app.listen({ host: "127.0.0.1", port: 0 })}\n`);
