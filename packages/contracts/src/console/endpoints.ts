import { z } from "zod";
import { FramePath } from "../journal.ts";
import { WireObject } from "../json.ts";
import {
  Account,
  ApiKey,
  AppDetail,
  AppMode,
  AppSummary,
  ImportReport,
  id,
  Locale,
  ModelProvider,
  NewApiKey,
  RunComparison,
  RunDetail,
  RunOwner,
  RunSummary,
  Sample,
  Session,
  UploadedFile,
} from "./shapes.ts";

/** What goes in and comes out of one route of the console API. */
export type Endpoint = {
  params?: z.ZodObject;
  query?: z.ZodObject;
  body?: z.ZodType;
  /** Left out where the answer is no JSON: an empty 204, an event stream, a file. */
  reply?: z.ZodType;
  /** Of a good answer; 200 unless said otherwise. */
  status?: 201 | 202 | 204;
};

const endpoint = <const Declared extends Endpoint>(declared: Declared): Declared => declared;
const list = <Item extends z.ZodType>(item: Item) =>
  z.object({ data: z.array(item), next_cursor: z.string().nullable(), total: z.number().int().optional() });
const page = { cursor: z.string().optional(), limit: z.coerce.number().int().min(1).max(100).default(30) };
const workspace = z.object({ workspaceId: z.string() });
const app = z.object({ appId: z.string() });
const run = z.object({ runId: z.string() });

/**
 * The console API. The server registers these routes, the console's client infers its types from them, and the OpenAPI
 * document is made of them.
 */
export const consoleEndpoints = {
  "GET /console/api/ping": endpoint({ reply: z.object({ result: z.literal("pong") }) }),
  "GET /console/api/setup": endpoint({ reply: z.object({ required: z.boolean(), version: z.string() }) }),
  "POST /console/api/setup": endpoint({
    body: z.object({
      secret: z.string(),
      email: z.email(),
      name: z.string().trim().min(1).max(100),
      password: z.string(),
      workspace_name: z.string().trim().min(1).max(100),
      locale: Locale.default("en"),
    }),
    reply: Session,
    status: 201,
  }),
  "POST /console/api/auth/sign-in": endpoint({
    body: z.object({ email: z.string(), password: z.string() }),
    reply: Session,
  }),
  "POST /console/api/auth/sign-out": endpoint({ status: 204 }),
  "GET /console/api/account": endpoint({ reply: Session }),
  "PATCH /console/api/account": endpoint({
    body: Account.pick({ name: true, locale: true, theme: true }).partial(),
    reply: Session,
  }),

  "GET /console/api/workspaces/{workspaceId}/apps": endpoint({
    params: workspace,
    query: z.object({ ...page, q: z.string().optional(), mode: AppMode.optional() }),
    reply: list(AppSummary),
  }),
  /** `content` is the text of an app file. */
  "POST /console/api/workspaces/{workspaceId}/imports": endpoint({
    params: workspace,
    body: z.object({ content: z.string(), draft: z.boolean().default(false) }),
    reply: ImportReport,
  }),
  /** Goes on with an import that waits because its file is of a newer version. */
  "POST /console/api/workspaces/{workspaceId}/imports/{importId}/confirm": endpoint({
    params: workspace.extend({ importId: z.string() }),
    reply: ImportReport,
  }),
  "GET /console/api/workspaces/{workspaceId}/samples": endpoint({
    params: workspace,
    reply: z.object({ data: z.array(Sample) }),
  }),
  /** Makes an app of a sample and publishes it. */
  "POST /console/api/workspaces/{workspaceId}/samples/{sampleId}": endpoint({
    params: workspace.extend({ sampleId: z.string() }),
    reply: AppDetail,
    status: 201,
  }),
  "GET /console/api/workspaces/{workspaceId}/model-providers": endpoint({
    params: workspace,
    reply: z.object({ data: z.array(ModelProvider) }),
  }),
  /** Sets or replaces the credential of an OpenAI-shaped endpoint; an empty `api_key` keeps the stored one. */
  "PUT /console/api/workspaces/{workspaceId}/model-providers": endpoint({
    params: workspace,
    body: z.object({ provider: z.string().min(1).max(200), base_url: z.string(), api_key: z.string() }),
    reply: ModelProvider,
  }),
  "DELETE /console/api/workspaces/{workspaceId}/model-providers": endpoint({
    params: workspace,
    query: z.object({ provider: z.string() }),
    status: 204,
  }),
  /** Asks the endpoint for its models with the stored credential. */
  "POST /console/api/workspaces/{workspaceId}/model-providers/test": endpoint({
    params: workspace,
    body: z.object({ provider: z.string() }),
    reply: z.object({ models: z.array(z.string()) }),
  }),

  "GET /console/api/apps/{appId}": endpoint({ params: app, reply: AppDetail }),
  "PATCH /console/api/apps/{appId}": endpoint({
    params: app,
    body: z.object({
      name: z.string().trim().min(1).max(255).optional(),
      description: z.string().max(400).optional(),
    }),
    reply: AppDetail,
  }),
  "DELETE /console/api/apps/{appId}": endpoint({ params: app, status: 204 }),
  "POST /console/api/apps/{appId}/publish": endpoint({ params: app, reply: AppDetail }),
  /** The app file, `application/yaml`. */
  "GET /console/api/apps/{appId}/export": endpoint({
    params: app,
    query: z.object({ include_secrets: z.enum(["true", "false"]).default("false") }),
  }),
  "GET /console/api/apps/{appId}/keys": endpoint({ params: app, reply: z.object({ data: z.array(ApiKey) }) }),
  "POST /console/api/apps/{appId}/keys": endpoint({ params: app, reply: NewApiKey, status: 201 }),
  "DELETE /console/api/apps/{appId}/keys/{keyId}": endpoint({
    params: app.extend({ keyId: z.string() }),
    status: 204,
  }),
  "GET /console/api/apps/{appId}/runs": endpoint({ params: app, query: z.object(page), reply: list(RunSummary) }),
  "POST /console/api/apps/{appId}/runs": endpoint({
    params: app,
    body: z.object({
      inputs: WireObject.default({}),
      query: z.string().optional(),
      conversation_id: z.string().optional(),
    }),
    reply: z.object({ run_id: z.string(), conversation_id: z.string().nullable() }),
    status: 201,
  }),

  /** The body is `multipart/form-data` with one `file`. */
  "POST /console/api/apps/{appId}/files": endpoint({ params: app, reply: UploadedFile, status: 201 }),

  "GET /console/api/runs/{runId}": endpoint({ params: run, reply: RunDetail }),
  "GET /console/api/runs/{runId}/owner": endpoint({ params: run, reply: RunOwner }),
  /** Server-sent `ConsoleRunEvent`s with `id:` lines; `Last-Event-ID` goes on after that event. */
  "GET /console/api/runs/{runId}/events": endpoint({ params: run }),
  /** Goes on from a step of a run that has ended, as a new run. What came before the step is not done again. */
  "POST /console/api/runs/{runId}/retry": endpoint({
    params: run,
    body: z.object({
      /** The step that ended the run, or one that is named. */
      from: z.union([z.literal("failed"), z.object({ node_id: z.string(), frame: FramePath.default([]) })]),
      /** The version that was run, or the one that is live now: then only steps that are the same are taken over. */
      version: z.enum(["same", "live"]).default("same"),
    }),
    reply: z.object({
      run_id: id,
      /** Recorded outcomes that the new run begins with. */
      reused: z.number().int(),
      /** Steps that are not what they were, by id. */
      changed: z.array(z.string()),
    }),
    status: 202,
  }),
  /** Repeats a run with its recorded answers; nothing outside is reached. */
  "POST /console/api/runs/{runId}/replay": endpoint({
    params: run,
    body: z.object({ version: z.enum(["same", "live"]).default("same") }),
    reply: z.object({ run_id: id }),
    status: 202,
  }),
  "GET /console/api/runs/{runId}/compare/{otherId}": endpoint({
    params: run.extend({ otherId: z.string() }),
    reply: RunComparison,
  }),
  /** Answers a form that the run waits for; the run goes on. */
  "POST /console/api/runs/{runId}/forms/{formId}": endpoint({
    params: run.extend({ formId: z.string() }),
    body: z.object({ action: z.string(), inputs: z.record(z.string(), z.unknown()) }),
    status: 202,
  }),
  "POST /console/api/runs/{runId}/stop": endpoint({ params: run, status: 202 }),
} as const;

export type ConsoleEndpoints = typeof consoleEndpoints;
export type ConsoleEndpointName = keyof ConsoleEndpoints;
