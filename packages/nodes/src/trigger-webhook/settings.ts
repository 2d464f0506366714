import { isFloat, isInteger, numberOf, type Value } from "@diwan/workflow";
import { z } from "zod";
import { AnyValue, listOf, textOrEmpty } from "../settings.ts";

const Item = z.object({
  name: z.string(),
  type: textOrEmpty,
  required: z
    .boolean()
    .nullish()
    .transform((required) => required === true),
  default: AnyValue.nullish().transform((value) => value ?? null),
});

function wholeNumber(otherwise: number) {
  return AnyValue.nullish()
    .transform((value: Value | undefined) => {
      if (value === null || value === undefined || value === "") return otherwise;
      return isInteger(value) || isFloat(value) ? numberOf(value) : Number.NaN;
    })
    .refine(Number.isInteger, "must be a whole number");
}

/** @source the app file contract, triggers */
export const WebhookSettings = z.object({
  method: textOrEmpty
    .transform((method) => method.toLowerCase() || "get")
    .pipe(z.enum(["get", "post", "put", "patch", "delete", "head", "options"])),
  content_type: z
    .enum([
      "application/json",
      "application/x-www-form-urlencoded",
      "multipart/form-data",
      "text/plain",
      "application/octet-stream",
    ])
    .or(z.literal(""))
    .nullish()
    .transform((type) => type || "application/json"),
  headers: listOf(Item),
  params: listOf(Item),
  body: listOf(Item),
  status_code: wholeNumber(200).refine((status) => status >= 200 && status <= 399, "must be from 200 to 399"),
  response_body: textOrEmpty,
  /** Seconds. */
  timeout: wholeNumber(30),
  async_mode: z
    .boolean()
    .nullish()
    .transform((on) => on !== false),
});
export type WebhookSettings = z.output<typeof WebhookSettings>;

export type WebhookOutput = { name: string; type: string; required: boolean; default: Value };

/** What the step gives, by the names that other steps select; a header's hyphens are underscores there. */
export function webhookOutputs({ headers, params, body }: WebhookSettings): WebhookOutput[] {
  const named = headers.map((header) => ({ ...header, name: header.name.replaceAll("-", "_") }));
  return [...named, ...params, ...body];
}
