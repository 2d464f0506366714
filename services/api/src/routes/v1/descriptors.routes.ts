import { AppErrors } from "@diwan/apps";
import { type InputField, isObject, type ObjectValue, type Value } from "@diwan/workflow";
import type { FastifyInstance } from "fastify";
import type { ApiNeeds } from "../../needs.ts";
import { authenticateKey } from "./authenticate-key.ts";

/** What an app is and what it takes, by key. */
export function descriptorRoutes(app: FastifyInstance, needs: ApiNeeds): void {
  app.get("/", () => ({ welcome: "Diwan", api_version: "v1", server_version: needs.settings.version }));

  app.get("/info", async (request) => {
    const { app: found } = await authenticateKey(needs, request);
    const author = found.createdBy === null ? undefined : await needs.accounts.find(found.createdBy);
    return {
      name: found.name,
      description: found.description,
      tags: [],
      mode: found.mode,
      author_name: author?.name ?? "",
    };
  });

  app.get("/parameters", async (request) => {
    const { live } = await authenticateKey(needs, request);
    if (live === undefined) throw AppErrors["not-published"]();
    const { file, fields } = needs.readContent(live.documentHash, live.documentText);
    const workflow = file.document["workflow"];
    const features = isObject(workflow) && isObject(workflow["features"]) ? workflow["features"] : {};
    return parametersOf(features, fields);
  });
}

const systemParameters = {
  image_file_size_limit: 10,
  video_file_size_limit: 100,
  audio_file_size_limit: 50,
  file_size_limit: 15,
  workflow_file_upload_limit: 10,
};

/** @source the service API contract, parameters and features: exactly these twelve keys */
function parametersOf(features: ObjectValue, fields: readonly InputField[]): object {
  const feature = (name: string, missing: object) => (isObject(features[name]) ? features[name] : missing);
  const off = { enabled: false };
  const opening = features["opening_statement"];
  return {
    opening_statement: typeof opening === "string" ? opening : null,
    suggested_questions: Array.isArray(features["suggested_questions"]) ? features["suggested_questions"] : [],
    suggested_questions_after_answer: feature("suggested_questions_after_answer", off),
    speech_to_text: feature("speech_to_text", off),
    text_to_speech: feature("text_to_speech", { ...off, voice: "", language: "" }),
    retriever_resource: feature("retriever_resource", off),
    annotation_reply: feature("annotation_reply", off),
    more_like_this: feature("more_like_this", off),
    user_input_form: fields.map((field) => ({ [field.type]: formField(field) })),
    sensitive_word_avoidance: feature("sensitive_word_avoidance", { ...off, type: "", configs: [] }),
    file_upload: feature("file_upload", {
      image: { enabled: false, number_limits: 3, detail: "high", transfer_methods: ["remote_url", "local_file"] },
    }),
    system_parameters: systemParameters,
  };
}

function formField(field: InputField): Record<string, Value> {
  const isFile = field.type === "file" || field.type === "file-list";
  return {
    type: field.type,
    label: field.label,
    variable: field.variable,
    required: field.required,
    default: field.default,
    max_length: field.maxLength,
    options: field.options,
    hide: field.hide,
    description: field.description,
    ...(isFile
      ? {
          allowed_file_types: field.allowedFileTypes,
          allowed_file_extensions: field.allowedFileExtensions,
          allowed_file_upload_methods: field.allowedFileUploadMethods,
        }
      : {}),
    ...(field.type === "json_object" ? { json_schema: field.jsonSchema } : {}),
  };
}
