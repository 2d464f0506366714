import type { VariableWrite } from "@diwan/contracts";
import { type Selector, type Value, type ValueType, VariablePool } from "@diwan/workflow";
import { AssignerError } from "./assigner-error.ts";

export type Target = { selector: readonly [string, string]; name: string; type: ValueType; value: Value };

/** First parts of selectors that no step writes. */
const readOnly: ReadonlySet<string> = new Set(["sys", "env", "rag"]);

/** A step's own view of the variables: it sees what it wrote itself, nobody else does. */
export class VariableView {
  readonly #variables: VariablePool;
  readonly #written = new VariablePool();
  readonly #targets = new Map<string, Target>();

  constructor(variables: VariablePool) {
    this.#variables = variables;
  }

  get(selector: Selector): Value | undefined {
    const target = this.#targets.get(selector.slice(0, 2).join("."));
    return target === undefined ? this.#variables.get(selector) : this.#written.get(selector);
  }

  /**
   * The variable that a selector names, to be written.
   *
   * @throws AssignerError where it names none.
   */
  target(selector: Selector): Target {
    const [nodeId, name] = selector;
    const path = selector.join(".");
    if (nodeId === undefined || name === undefined || selector.length !== 2)
      throw new AssignerError(`"${path}" names no variable that can be written`);
    if (readOnly.has(nodeId)) throw new AssignerError(`Variable ${path} can only be read`);
    const value = this.get(selector);
    if (value === undefined) throw new AssignerError(`Variable ${path} not found`);
    return { selector: [nodeId, name], name, type: this.#variables.typeOf(selector)!, value };
  }

  write(target: Target, value: Value): void {
    const [nodeId, name] = target.selector;
    this.#written.set(nodeId, name, value);
    this.#targets.set(target.selector.join("."), { ...target, value });
  }

  /** The last value of each variable that was written, in the order of their first writing. */
  writes(): VariableWrite[] {
    return [...this.#targets.values()].map(({ selector, value }) => ({ selector: [...selector], value }));
  }

  /** What the step's record shows of them. */
  processData(): Record<string, Value> {
    const updated = [...this.#targets.values()];
    return {
      ...Object.fromEntries(updated.map(({ name, value }) => [name, value])),
      __updated_variables: updated.map(({ name, selector, type, value }) => ({
        name,
        selector: [...selector],
        value_type: shownType(type),
        new_value: value,
      })),
    };
  }
}

/** Clients know one type of numbers. */
function shownType(type: ValueType): ValueType {
  return type === "integer" || type === "float" ? "number" : type;
}

export function isNumberType(type: ValueType): boolean {
  return type === "number" || type === "integer" || type === "float";
}
