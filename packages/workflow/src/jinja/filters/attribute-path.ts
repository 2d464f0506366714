import { getItem } from "../runtime/attributes.ts";
import { Markup, type Py, Undefined } from "../runtime/data.ts";
import type { Run } from "../runtime/run.ts";
import { isText, textOf } from "../runtime/types.ts";

type Getter = (item: Py) => Py;

type PathOptions = {
  /** Takes the place of a missing step; none and absent mean that there is no default. */
  fallback?: Py;
  ignoreCase?: boolean;
};

/** Reads what filters call an attribute: `"author.name"`, `0`, `"items.0.id"`; none is the item itself. */
export function attributeGetter(run: Run, path: Py, { fallback = null, ignoreCase = false }: PathOptions = {}): Getter {
  const steps = stepsOf(path);
  return (item) => {
    let value = item;
    for (const step of steps) {
      value = getItem(run, value, step);
      if (fallback !== null && value instanceof Undefined) value = fallback;
    }
    return ignoreCase ? lowered(value) : value;
  };
}

/** Several attributes at once, `"city,name"`: what to sort by, as a list. */
export function sortKeyGetter(run: Run, paths: Py, ignoreCase: boolean): Getter {
  const parts: Py[] = isText(paths) ? textOf(paths).split(",") : [paths];
  const getters = parts.map((path) => attributeGetter(run, path, { ignoreCase }));
  return (item) => getters.map((getter) => getter(item));
}

function stepsOf(path: Py): Py[] {
  if (path === null) return [];
  if (!isText(path)) return [path];
  return textOf(path)
    .split(".")
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}

function lowered(value: Py): Py {
  if (typeof value === "string") return value.toLowerCase();
  return value instanceof Markup ? new Markup(value.text.toLowerCase()) : value;
}
