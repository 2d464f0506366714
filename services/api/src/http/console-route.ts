import { type ConsoleEndpointName, type ConsoleEndpoints, consoleEndpoints, type Endpoint } from "@diwan/contracts";
import { RequestErrors } from "@diwan/kernel";
import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from "fastify";
import type { z } from "zod";

type Part<Name extends ConsoleEndpointName, Key extends string> = ConsoleEndpoints[Name] extends {
  [K in Key]: infer Schema extends z.ZodType;
}
  ? z.output<Schema>
  : undefined;

export type ConsoleRequest<Name extends ConsoleEndpointName> = {
  params: Part<Name, "params">;
  query: Part<Name, "query">;
  body: Part<Name, "body">;
  request: FastifyRequest;
  reply: FastifyReply;
};

type Reply<Name extends ConsoleEndpointName> = ConsoleEndpoints[Name] extends { reply: infer Schema extends z.ZodType }
  ? z.input<Schema>
  : undefined | FastifyReply;

/** Answers one endpoint of the contract: what comes in fits its schemas, and what goes out has no undeclared field. */
export function consoleRoute<Name extends ConsoleEndpointName>(
  app: FastifyInstance,
  name: Name,
  handle: (request: ConsoleRequest<Name>) => Promise<Reply<Name>> | Reply<Name>,
): void {
  const [method, path] = name.split(" ") as [HTTPMethods, string];
  const endpoint: Endpoint = consoleEndpoints[name];
  app.route({
    method,
    url: path.replaceAll(/\{(\w+)\}/g, ":$1"),
    handler: async (request, reply) => {
      const parsed = {
        params: read(endpoint.params, request.params, "params"),
        query: read(endpoint.query, request.query, "query"),
        body: read(endpoint.body, request.body ?? {}, "body"),
        request,
        reply,
      };
      const result = await handle(parsed as unknown as ConsoleRequest<Name>);
      if (reply.sent || result === reply) return reply;
      reply.status(endpoint.status ?? 200);
      return endpoint.reply === undefined ? reply.send() : reply.send(endpoint.reply.parse(result));
    },
  });
}

/** @throws request.invalid (caller) naming every field that is wrong. */
function read(schema: z.ZodType | undefined, value: unknown, where: string): unknown {
  if (schema === undefined) return undefined;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const details = result.error.issues.map(({ path, message }) => ({ path: path.join(".") || where, message }));
  const [first] = details;
  throw RequestErrors.invalid({ what: `${first!.path}: ${first!.message}` }, { details });
}
