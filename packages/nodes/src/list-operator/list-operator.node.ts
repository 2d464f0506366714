import {
  defineNode,
  fail,
  fillTemplate,
  parseTextTemplate,
  succeed,
  typeOf,
  type Value,
  type VariablePool,
} from "@diwan/workflow";
import type { NodePorts } from "../ports.ts";
import { isFalsy, readInteger } from "../shared/python-values.ts";
import { type ItemType, itemFilter } from "./item-filter.ts";
import { ordered } from "./item-order.ts";
import { ListError } from "./list-error.ts";
import { ListOperatorSettings } from "./settings.ts";

const itemTypes: Record<string, ItemType> = {
  "array[string]": "string",
  "array[number]": "number",
  "array[boolean]": "boolean",
  "array[file]": "file",
};

/** Filters a list, takes one item out, orders it and cuts it, in this order. */
export const listOperatorNode = defineNode<NodePorts, ListOperatorSettings>({
  type: "list-operator",
  version: 1,
  kind: "executable",
  settings: ListOperatorSettings,
  needs: [],
  run({ settings, variables }) {
    const inputs: Record<string, Value> = {};
    try {
      const list = variables.get(settings.variable);
      if (list === undefined) throw new ListError(`Variable ${settings.variable.join(".")} not found`);
      inputs["variable"] = list;
      const result = isFalsy(list) ? [] : operate(list, settings, variables);
      return succeed({ result, first_record: result[0] ?? null, last_record: result.at(-1) ?? null }, { inputs });
    } catch (error) {
      if (!(error instanceof ListError)) throw error;
      return fail(
        { type: "ListOperatorError", code: "node.list-operator.not-possible", message: `${error.message}.` },
        { inputs },
      );
    }
  },
});

function operate(list: Value, settings: ListOperatorSettings, variables: VariablePool): Value[] {
  const type = itemTypes[typeOf(list)];
  if (!Array.isArray(list) || type === undefined) {
    throw new ListError("The list must hold texts, numbers, files, or true and false, and only one kind of them");
  }
  const { filter_by: filter, extract_by: extract, order_by: order, limit } = settings;
  let items: Value[] = list;
  if (filter?.enabled === true) {
    for (const { key, comparison_operator: operator, value } of filter.conditions) {
      items = items.filter(itemFilter(type, { key, operator, value: filled(value, variables) }));
    }
  }
  if (extract?.enabled === true) items = [itemAt(items, fillTemplate(extract.serial, variables))];
  if (order?.enabled === true) items = ordered(items, type, order.key, order.value);
  // A negative size leaves that many off the end.
  return limit?.enabled === true ? items.slice(0, limit.size) : items;
}

function filled(value: Value, variables: VariablePool): Value {
  if (Array.isArray(value)) return value.map((item) => filled(item, variables));
  return typeof value === "string" ? fillTemplate(parseTextTemplate(value), variables) : value;
}

/** @param serial  From 1. */
function itemAt(items: readonly Value[], serial: string): Value {
  const place = readInteger(serial);
  if (place === undefined)
    throw new ListError(`"${serial}" does not say which item to take: it must be a whole number`);
  if (place < 1n || place > items.length) {
    throw new ListError(`There is no item ${place} in a list of ${items.length}`);
  }
  return items[Number(place) - 1]!;
}
