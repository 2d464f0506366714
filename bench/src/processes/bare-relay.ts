// The reference for relaying: Fastify, one upstream call a request, each token read, parsed and sent on as an event.
import fastify from "fastify";

const upstream = process.env["UPSTREAM"]!;
const app = fastify();

app.post("/", async (_request, reply) => {
  const answer = await fetch(`${upstream}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "scripted", stream: true, messages: [{ role: "user", content: "go" }] }),
  });
  reply.hijack();
  reply.raw.writeHead(200, { "content-type": "text/event-stream" });
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of answer.body!) {
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop()!;
    for (const line of lines) {
      if (!line.startsWith("data: ") || line === "data: [DONE]") continue;
      const { choices } = JSON.parse(line.slice(6)) as { choices: { delta?: { content?: string } }[] };
      const text = choices[0]?.delta?.content;
      if (text) reply.raw.write(`data: ${JSON.stringify({ event: "text_chunk", data: { text } })}\n\n`);
    }
  }
  reply.raw.end();
});
process.stdout.write(`${await app.listen({ host: "127.0.0.1", port: 0 })}\n`);
