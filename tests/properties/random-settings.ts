import type { Value } from "@diwan/workflow";
import type { Random } from "./random.ts";

export type Kind = "string" | "number" | "list" | "any";
/** What a step can refer to. */
export type Source = { selector: string[]; kind: Kind };

/** What steps are set to, once it is known what they can refer to. */
export class RandomSettings {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  some<Item>(items: readonly Item[], from: number, to: number): Item[] {
    const count = this.#random.between(from, to);
    return items.length === 0 ? [] : this.#random.shuffled(items).slice(0, count);
  }

  /** Inside of a container, mostly what differs from round to round. */
  preferred(sources: Source[], containerId: string | undefined): Source[] {
    const own = sources.filter(({ selector }) => selector[0] === containerId);
    return own.length > 0 && this.#random.chance(0.6) ? own : sources;
  }

  cases(sources: Source[]): object[] {
    return Array.from({ length: this.#random.chance(0.25) ? 2 : 1 }, (_, place) => ({
      case_id: `c${place + 1}`,
      logical_operator: this.#random.pick(["and", "or"]),
      conditions: this.conditions(sources),
    }));
  }

  conditions(sources: Source[]): object[] {
    const random = this.#random;
    return this.some(sources, 1, 2).map(({ selector, kind }, place) => {
      const [comparison_operator, value] = {
        string: (): [string, Value] => [
          random.pick(["contains", "not contains", "start with", "is", "empty", "not empty"]),
          random.pick(["a", "n", "Ada", "(", ""]),
        ],
        number: (): [string, Value] => [random.pick(["=", ">", "≤", "≠"]), String(random.between(0, 3))],
        list: (): [string, Value] => [random.pick(["empty", "not empty", "contains"]), "a"],
        any: (): [string, Value] => [random.pick(["exists", "null"]), null],
      }[kind]();
      return { id: `k${place}`, variable_selector: selector, comparison_operator, value };
    });
  }

  assignments(targets: readonly Source[], sources: Source[], containerId: string | undefined): object[] {
    return this.some(targets, 1, 2).map(({ selector, kind }) => {
      const fitting = (wanted: Kind) =>
        sources.filter((source) => source.kind === wanted && source.selector[0] !== "sys");
      const from = (wanted: Kind): Value => {
        const found = this.preferred(fitting(wanted), containerId);
        return found.length === 0 ? ["nowhere", "x"] : this.#random.pick(found).selector;
      };
      const item = (operation: string, input_type: string, value: Value) => ({
        variable_selector: selector,
        input_type,
        operation,
        value,
      });
      if (kind === "number")
        return this.#random.pick([
          () => item("+=", "constant", this.#random.between(1, 2)),
          () => item("set", "constant", this.#random.between(0, 3)),
          () => item("over-write", "variable", from("number")),
        ])();
      if (kind === "list")
        return this.#random.pick([
          () => item("append", "variable", from("string")),
          () => item("remove-first", "variable", ""),
          () => item("clear", "variable", ""),
        ])();
      return this.#random.pick([
        () => item("over-write", "variable", from("string")),
        () => item("set", "constant", `set${this.#random.between(0, 9)}`),
        () => item("clear", "variable", ""),
      ])();
    });
  }
}
