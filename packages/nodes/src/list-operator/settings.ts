import { isFloat, numberOf, parseTextTemplate, pythonStr } from "@diwan/workflow";
import { z } from "zod";
import { AnyValue, listOf, SelectorField, textOrEmpty } from "../settings.ts";

const Switch = z
  .boolean()
  .nullish()
  .transform((on) => on === true);

/** A whole number that may be written as text; null stands for anything else. */
const WholeNumber = AnyValue.nullish().transform((value) => {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  if (typeof number !== "number" && !isFloat(number)) return null;
  return Number.isInteger(numberOf(number)) ? numberOf(number) : null;
});

export const ListOperatorSettings = z.object({
  variable: SelectorField,
  filter_by: z
    .object({
      enabled: Switch,
      conditions: listOf(
        z.object({
          key: textOrEmpty,
          comparison_operator: z.string(),
          value: AnyValue.nullish().transform((value) => value ?? ""),
        }),
      ),
    })
    .nullish(),
  extract_by: z
    .object({
      enabled: Switch,
      serial: AnyValue.nullish().transform((serial) => parseTextTemplate(pythonStr(serial ?? "1"))),
    })
    .nullish(),
  order_by: z
    .object({
      enabled: Switch,
      key: textOrEmpty,
      // Files hold "" here while the order is switched off.
      value: textOrEmpty.transform((direction) => (direction === "desc" ? "desc" : "asc")),
    })
    .nullish(),
  limit: z.object({ enabled: Switch, size: WholeNumber.transform((size) => size ?? -1) }).nullish(),
});
export type ListOperatorSettings = z.output<typeof ListOperatorSettings>;
