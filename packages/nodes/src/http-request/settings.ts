import { Float, parseTextTemplate, type TemplateSegment } from "@diwan/workflow";
import { z } from "zod";
import { AnyValue, SelectorField, textOrEmpty } from "../settings.ts";
import { linesOf, pairOf } from "./header-lines.ts";

/** `options` may be chosen; sending it then fails. */
export const methods = ["get", "post", "put", "patch", "delete", "head", "options"] as const;

const Template = textOrEmpty.transform(parseTextTemplate);

/** Keys and values are templates of their own: what is filled in cannot begin a new line. */
const Params = textOrEmpty.transform((text) =>
  linesOf(text).map((line): [TemplateSegment[], TemplateSegment[]] => {
    const [key, value] = pairOf(line);
    return [parseTextTemplate(key), parseTextTemplate(value)];
  }),
);

const Authorization = z.object({
  type: z.enum(["no-auth", "api-key"]),
  config: z
    .object({
      type: z.enum(["basic", "bearer", "custom"]).nullish(),
      api_key: Template,
      header: textOrEmpty,
    })
    .nullish(),
});

const BodyItem = z.object({
  key: Template,
  type: z.enum(["text", "file"]).nullish(),
  value: Template,
  file: z.union([SelectorField, z.array(z.string()).length(0)]).nullish(),
});
export type BodyItem = z.output<typeof BodyItem>;

/** Older files hold one text where newer ones have a list. */
const BodyData = z
  .union([z.string(), z.array(BodyItem)])
  .nullish()
  .transform((data): BodyItem[] => {
    if (data === null || data === undefined || data === "") return [];
    if (typeof data !== "string") return data;
    return [{ key: [], type: "text", value: parseTextTemplate(data), file: null }];
  });

const Body = z.object({
  type: z.enum(["none", "form-data", "x-www-form-urlencoded", "raw-text", "json", "binary"]),
  data: BodyData,
});

/** Seconds; what is no number above 0 sets no limit of its own. */
const Seconds = AnyValue.nullish().transform((value) => {
  const seconds = typeof value === "number" || value instanceof Float ? Number(value) : 0;
  return seconds > 0 ? seconds : undefined;
});

export const HttpRequestSettings = z.object({
  method: z
    .string()
    .transform((method) => method.toLowerCase())
    .pipe(z.enum(methods)),
  url: Template,
  params: Params,
  headers: Template,
  authorization: Authorization.nullish(),
  body: Body.nullish(),
  timeout: z.object({ connect: Seconds, read: Seconds, write: Seconds }).nullish(),
  ssl_verify: z.boolean().nullish(),
  error_strategy: z.string().nullish(),
  retry_config: z.object({ retry_enabled: z.boolean().nullish() }).nullish(),
});
export type HttpRequestSettings = z.output<typeof HttpRequestSettings>;
