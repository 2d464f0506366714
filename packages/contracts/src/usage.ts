import { z } from "zod";

/**
 * What one model call, or the calls of one run together, used. Keys and the decimal strings of prices are part of the
 * frozen `/v1` contract; `latency` and the two times are seconds.
 */
export const ModelUsage = z.object({
  prompt_tokens: z.number(),
  prompt_unit_price: z.string(),
  prompt_price_unit: z.string(),
  prompt_price: z.string(),
  completion_tokens: z.number(),
  completion_unit_price: z.string(),
  completion_price_unit: z.string(),
  completion_price: z.string(),
  total_tokens: z.number(),
  total_price: z.string(),
  currency: z.string(),
  latency: z.number(),
  time_to_first_token: z.number().nullable(),
  time_to_generate: z.number().nullable(),
});
export type ModelUsage = z.infer<typeof ModelUsage>;

export const noUsage: ModelUsage = {
  prompt_tokens: 0,
  prompt_unit_price: "0",
  prompt_price_unit: "0",
  prompt_price: "0",
  completion_tokens: 0,
  completion_unit_price: "0",
  completion_price_unit: "0",
  completion_price: "0",
  total_tokens: 0,
  total_price: "0",
  currency: "USD",
  latency: 0,
  time_to_first_token: null,
  time_to_generate: null,
};
