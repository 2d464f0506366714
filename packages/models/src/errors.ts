import { defineErrors } from "@diwan/kernel";

type Named = { provider: string; model: string };

/** @source the model gateway contract, errors */
export const ModelErrors = defineErrors("model", {
  "not-configured": {
    kind: "author",
    message: ({ provider }: { provider: string }) =>
      `The model provider "${provider}" has no key yet. Add one under Integrations › Models, or choose another model.`,
  },
  "credentials-refused": {
    kind: "author",
    message: ({ provider }: Named) => `${provider} refused the key. Check it under Integrations › Models.`,
  },
  "rate-limited": {
    kind: "dependency",
    message: ({ provider, model }: Named) => `${provider} asks us to slow down for ${model}. Try again in a moment.`,
  },
  "quota-used-up": {
    kind: "author",
    message: ({ provider }: Named) => `The quota at ${provider} is used up. Raise it there, or use another key.`,
  },
  "not-supported": {
    kind: "author",
    message: ({ provider, model }: Named) =>
      `${provider} has no model "${model}" that can do this. Choose another model.`,
  },
  "request-refused": {
    kind: "author",
    message: ({ provider, model, reason }: Named & { reason: string }) =>
      `${provider} refused the request to ${model}${reason === "" ? "" : `: ${reason}`}. Check the prompt and the model's parameters.`,
  },
  "context-too-long": {
    kind: "author",
    message: ({ model }: Named) =>
      `The prompt is longer than ${model} can read. Shorten it, or choose a model with a larger context.`,
  },
  "content-filtered": {
    kind: "author",
    message: ({ provider, model }: Named) => `The content filter of ${provider} stopped the request to ${model}.`,
  },
  unavailable: {
    kind: "dependency",
    message: ({ provider, model, reason }: Named & { reason: string }) =>
      `${provider} could not answer for ${model}: ${reason}. Try again in a moment.`,
  },
  unreachable: {
    kind: "dependency",
    message: ({ provider, reason }: Named & { reason: string }) =>
      `${provider} cannot be reached: ${reason}. Check its address under Integrations › Models.`,
  },
  "base-url-invalid": {
    kind: "caller",
    message: ({ text }: { text: string }) => `"${text}" is no http or https address. Write it like https://host/v1.`,
  },
  "provider-read-only": {
    kind: "caller",
    message: ({ provider }: { provider: string }) =>
      `"${provider}" is set by the environment or built in, so it cannot be changed here.`,
  },
});
