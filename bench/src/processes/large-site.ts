// The other side of the egress bench: a small answer, or a large one as fast as it is taken.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const part = Buffer.alloc(256 * 1024, "x");

const server = createServer((request, response) => {
  const bytes = Number(/\d+/.exec(request.url ?? "")?.[0] ?? 2);
  response.writeHead(200, { "content-length": bytes });
  let left = bytes;
  const more = () => {
    while (left > 0 && !response.destroyed) {
      const size = Math.min(left, part.length);
      left -= size;
      if (!response.write(part.subarray(0, size))) return;
    }
    response.end();
  };
  response.on("drain", more);
  more();
});
server.listen(0, "127.0.0.1", () => process.stdout.write(`port ${(server.address() as AddressInfo).port}\n`));
