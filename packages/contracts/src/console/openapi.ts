import { z } from "zod";
import { consoleEndpoints, type Endpoint } from "./endpoints.ts";
import { ConsoleError } from "./shapes.ts";

/** The console API as an OpenAPI 3.1 document, made of the same schemas that the server answers by. */
export function consoleOpenApi(version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const [name, endpoint] of Object.entries(consoleEndpoints)) {
    const [method, path] = name.split(" ") as [string, string];
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation(name, endpoint) };
  }
  return {
    openapi: "3.1.0",
    info: { title: "Diwan console API", version },
    paths,
    components: {
      schemas: { Error: schemaOf(ConsoleError, "output") },
      securitySchemes: { session: { type: "apiKey", in: "cookie", name: "diwan_session" } },
    },
    security: [{ session: [] }],
  };
}

function operation(name: string, { params, query, body, reply, status }: Endpoint): object {
  const good = reply === undefined ? {} : { content: json(schemaOf(reply, "output")) };
  return {
    operationId: name,
    parameters: [...parametersOf(params, "path"), ...parametersOf(query, "query")],
    ...(body === undefined ? {} : { requestBody: { required: true, content: json(schemaOf(body, "input")) } }),
    responses: {
      [status ?? 200]: { description: "Done", ...good },
      default: { description: "Error", content: json({ $ref: "#/components/schemas/Error" }) },
    },
  };
}

function parametersOf(schema: z.ZodObject | undefined, place: "path" | "query"): object[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(schema, "input");
  return Object.entries(properties).map(([name, shape]) => ({
    name,
    in: place,
    required: place === "path" || required.includes(name),
    schema: shape,
  }));
}

function schemaOf(
  schema: z.ZodType,
  io: "input" | "output",
): { properties?: Record<string, object>; required?: string[] } {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any" });
  return rest as { properties?: Record<string, object>; required?: string[] };
}

function json(schema: object): object {
  return { "application/json": { schema } };
}
