import { z } from "zod";
import { FramePath } from "../journal.ts";
import { WireObject, WireValue } from "../json.ts";
import { RunStatus } from "../run-events.ts";

const instant = z.string().describe("ISO 8601, UTC");
export const id = z.string();

/** Error body of the console API. */
export const ConsoleError = z.object({
  code: z.string(),
  message: z.string(),
  status: z.number().int(),
  details: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  request_id: z.string(),
});
export type ConsoleError = z.infer<typeof ConsoleError>;

export const Locale = z.enum(["en", "ar"]);
export type Locale = z.infer<typeof Locale>;

export const Account = z.object({
  id,
  email: z.string(),
  name: z.string(),
  locale: Locale,
  theme: z.enum(["light", "dark", "system"]),
});
export type Account = z.infer<typeof Account>;

export const Workspace = z.object({
  id,
  name: z.string(),
  role: z.enum(["normal", "dataset_operator", "editor", "admin", "owner"]),
});
export type Workspace = z.infer<typeof Workspace>;

/** Who is signed in; the CSRF token goes into `X-CSRF-Token` of every request that changes something. */
export const Session = z.object({ account: Account, workspaces: z.array(Workspace), csrf_token: z.string() });
export type Session = z.infer<typeof Session>;

export const AppMode = z.enum(["workflow", "advanced-chat", "chat", "completion", "agent-chat"]);
export type AppMode = z.infer<typeof AppMode>;

export const AppIcon = z.object({
  icon_type: z.enum(["emoji", "image", "link"]),
  icon: z.string(),
  icon_background: z.string(),
});

export const AppSummary = AppIcon.extend({
  id,
  mode: AppMode,
  name: z.string(),
  description: z.string(),
  status: z.enum(["draft", "live", "paused"]),
  /** The draft differs from the version that is live. */
  draft_ahead: z.boolean(),
  /** Answers come from the demo model only because a model step names it. */
  uses_demo_model: z.boolean(),
  run_count: z.number().int(),
  /** Runs of the last 12 days, oldest first. */
  runs_by_day: z.array(z.number().int()),
  last_run_status: RunStatus.nullable(),
  created_at: instant,
  updated_at: instant,
});
export type AppSummary = z.infer<typeof AppSummary>;

/** One thing worth knowing about an app file; `line` counts from 1, null for what has no place in the text. */
export const AppProblem = z.object({
  severity: z.enum(["error", "warning"]),
  code: z.string(),
  path: z.string(),
  line: z.number().int().nullable(),
  node_id: z.string().nullable(),
  message: z.string(),
});
export type AppProblem = z.infer<typeof AppProblem>;

/** A step of the graph: `later` kinds are known and cannot run yet, `unknown` ones come from a plugin or a newer release. */
export const GraphStep = z.object({
  node_id: z.string(),
  type: z.string(),
  title: z.string(),
  support: z.enum(["ready", "later", "unknown"]),
});
export type GraphStep = z.infer<typeof GraphStep>;

/** Node and edge objects exactly as the app file holds them. */
export const AppGraph = z.object({ nodes: z.array(WireObject), edges: z.array(WireObject), viewport: WireValue });
export type AppGraph = z.infer<typeof AppGraph>;

export const InputField = z.object({
  variable: z.string(),
  label: z.string(),
  type: z.string(),
  required: z.boolean(),
  hide: z.boolean(),
  default: WireValue,
  description: z.string(),
  max_length: z.number().nullable(),
  options: z.array(z.string()),
});
export type InputField = z.infer<typeof InputField>;

export const AppDetail = AppSummary.extend({
  workspace_id: id,
  dsl_version: z.string(),
  graph: AppGraph,
  steps: z.array(GraphStep),
  inputs: z.array(InputField),
  opening_statement: z.string(),
  suggested_questions: z.array(z.string()),
  problems: z.array(AppProblem),
  published_version: z.object({ id, number: z.number().int(), created_at: instant }).nullable(),
});
export type AppDetail = z.infer<typeof AppDetail>;

export const ImportReport = z.object({
  id,
  status: z.enum(["completed", "completed-with-warnings", "pending", "failed"]),
  app_id: id.nullable(),
  app_mode: z.string().nullable(),
  current_dsl_version: z.string(),
  imported_dsl_version: z.string(),
  /** One sentence: what is wrong, where, and what to do. Empty unless `failed`. */
  error: z.string(),
  problems: z.array(AppProblem),
});
export type ImportReport = z.infer<typeof ImportReport>;

export const Sample = AppIcon.extend({
  id: z.string(),
  mode: AppMode,
  name: z.string(),
  description: z.string(),
  /** Inputs that show the sample at its best. */
  example_inputs: WireObject,
  example_query: z.string(),
});
export type Sample = z.infer<typeof Sample>;

export const ApiKey = z.object({
  id,
  /** The first characters, for telling keys apart. */
  prefix: z.string(),
  created_at: instant,
  last_used_at: instant.nullable(),
});
export type ApiKey = z.infer<typeof ApiKey>;

/** `value` is shown this once. */
export const NewApiKey = ApiKey.extend({ value: z.string() });

export const RunErrorShape = z.object({ code: z.string(), message: z.string(), node_id: z.string().nullable() });

export const RunSummary = z.object({
  id,
  app_id: id,
  /** Of the version that ran. */
  workflow_id: id,
  version_number: z.number().int(),
  status: RunStatus,
  trigger: z.enum(["console", "api", "cli"]),
  error: RunErrorShape.nullable(),
  elapsed_ms: z.number().nullable(),
  total_tokens: z.number().int(),
  total_steps: z.number().int(),
  created_at: instant,
  finished_at: instant.nullable(),
  /** The run that this one goes on from, or repeats with its recorded answers. */
  repeats: z.object({ kind: z.enum(["retry", "replay"]), of: id }).nullable(),
});
export type RunSummary = z.infer<typeof RunSummary>;

export const RunStep = z.object({
  id,
  index: z.number().int(),
  node_id: z.string(),
  node_type: z.string(),
  title: z.string(),
  frame: FramePath,
  attempt: z.number().int(),
  status: z.enum(["running", "waiting", "succeeded", "failed", "exception", "retried"]),
  inputs: WireObject,
  process_data: WireObject,
  outputs: WireObject,
  error: z.object({ type: z.string(), code: z.string(), message: z.string() }).nullable(),
  total_tokens: z.number().int(),
  /** Unix milliseconds. */
  started_at: z.number(),
  finished_at: z.number().nullable(),
  elapsed_ms: z.number().nullable(),
});
export type RunStep = z.infer<typeof RunStep>;

/** A form that a paused run waits for. Inputs and actions have the keys that clients of the service API know. */
export const RunForm = z.object({
  id,
  node_id: z.string(),
  title: z.string(),
  content: z.string(),
  inputs: z.array(z.looseObject({ type: z.string(), output_variable_name: z.string() })),
  actions: z.array(z.object({ id: z.string(), title: z.string(), button_style: z.string() })),
  defaults: z.record(z.string(), z.string()),
  expires_at: z.string(),
});
export type RunForm = z.infer<typeof RunForm>;

export const RunDetail = RunSummary.extend({
  inputs: WireObject,
  query: z.string().nullable(),
  outputs: WireObject,
  /** The streamed reply; "" for workflows that stream nothing. */
  answer: z.string(),
  conversation_id: id.nullable(),
  steps: z.array(RunStep),
  /** What a paused run waits for. */
  forms: z.array(RunForm),
});
export type RunDetail = z.infer<typeof RunDetail>;

const Difference = z.object({ path: z.string(), a: z.unknown(), b: z.unknown() });
const bothRuns = z.object({ a: z.number().nullable(), b: z.number().nullable() });

/** Two runs side by side. Steps are matched by id and round. */
export const RunComparison = z.object({
  a: RunSummary,
  b: RunSummary,
  /** All steps went the same way with the same values. */
  equal: z.boolean(),
  /** Of the first step, in the order of `a`, that is not equal. */
  first_difference: z.object({ node_id: z.string(), frame: FramePath, difference: Difference.nullable() }).nullable(),
  steps: z.array(
    z.object({
      node_id: z.string(),
      node_type: z.string(),
      title: z.string(),
      frame: FramePath,
      change: z.enum(["equal", "changed", "only-a", "only-b"]),
      differences: z.array(Difference),
      elapsed_ms: bothRuns,
      total_tokens: bothRuns,
    }),
  ),
});
export type RunComparison = z.infer<typeof RunComparison>;

/**
 * A file that a person brought along. As the value of an input it is `{ type, transfer_method: "local_file",
 * upload_file_id: id }`.
 */
export const UploadedFile = z.object({
  id,
  name: z.string(),
  type: z.enum(["image", "document", "audio", "video", "custom"]),
  mime_type: z.string(),
  /** Without its dot. */
  extension: z.string(),
  size: z.number().int().describe("bytes"),
  created_at: instant,
});
export type UploadedFile = z.infer<typeof UploadedFile>;

/** Who looks after a run that has not ended. */
export const RunOwner = z.object({
  status: RunSummary.shape.status,
  /** The process that works on it; null while none does. */
  worker: z.string().nullable(),
  /** Workers that have had it so far. */
  attempt: z.number().int(),
  last_sign_of_life_at: instant.nullable(),
  /** When another worker takes it, should this one be silent until then. */
  next_check_at: instant.nullable(),
  /** When it is ended, should it still work, or wait, by then. */
  deadline_at: instant.nullable(),
});
export type RunOwner = z.infer<typeof RunOwner>;

/** One frame of `GET /console/api/runs/{runId}/events`; the SSE `id:` line carries the run's event counter. */
export const ConsoleRunEvent = z.discriminatedUnion("event", [
  z.object({ event: z.literal("run.started"), inputs: WireObject, at: z.number() }),
  z.object({ event: z.literal("step.started"), step: RunStep }),
  z.object({ event: z.literal("step.finished"), step: RunStep }),
  z.object({ event: z.literal("step.retried"), step: RunStep, retry_index: z.number().int() }),
  z.object({
    event: z.literal("round.started"),
    node_id: z.string(),
    frame: FramePath,
    round: z.number().int(),
    at: z.number(),
  }),
  z.object({ event: z.literal("form.required"), form: RunForm }),
  z.object({ event: z.literal("form.closed"), node_id: z.string(), action: z.string().nullable() }),
  z.object({ event: z.literal("run.paused"), run: RunSummary, forms: z.array(RunForm) }),
  z.object({ event: z.literal("text-delta"), text: z.string(), selector: z.array(z.string()).nullable() }),
  z.object({ event: z.literal("text-replaced"), text: z.string(), reason: z.string() }),
  z.object({ event: z.literal("reasoning-delta"), node_id: z.string(), text: z.string(), final: z.boolean() }),
  z.object({ event: z.literal("run.finished"), run: RunSummary, outputs: WireObject, answer: z.string() }),
]);
export type ConsoleRunEvent = z.infer<typeof ConsoleRunEvent>;

/** A way to reach models. The key is never given back, only whether there is one. */
export const ModelProvider = z.object({
  provider: z.string(),
  label: z.string(),
  source: z.enum(["builtin", "environment", "workspace"]),
  /** Answers by visible rules, not by a model. */
  demo: z.boolean(),
  base_url: z.string(),
  key: z.object({ set: z.boolean(), hint: z.string() }),
});
export type ModelProvider = z.infer<typeof ModelProvider>;
