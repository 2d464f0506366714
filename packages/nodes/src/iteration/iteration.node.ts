import type { ModelUsage, StepError } from "@diwan/contracts";
import { noUsage } from "@diwan/contracts";
import {
  addUsage,
  defineContainer,
  type EndedRound,
  type Failed,
  fail,
  type Rounds,
  succeed,
  type Value,
  type VariablePool,
} from "@diwan/workflow";
import { z } from "zod";
import type { NodePorts } from "../ports.ts";
import { SelectorField } from "../settings.ts";
import { flattened } from "./flatten.ts";

const Settings = z.object({
  iterator_selector: SelectorField,
  output_selector: SelectorField,
  is_parallel: z.boolean().nullish(),
  parallel_nums: z.number().int().min(1).nullish(),
  error_handle_mode: z.enum(["terminated", "continue-on-error", "remove-abnormal-output"]).nullish(),
  flatten_output: z.boolean().nullish(),
});
type Settings = z.output<typeof Settings>;

const DEFAULT_PARALLEL = 10;

/** Runs its steps once for each item of a list and collects one output of each round. */
export const iterationNode = defineContainer<NodePorts, Settings>({
  type: "iteration",
  version: 1,
  settings: Settings,
  container: {
    open({ nodeId, settings, variables, maxRounds }) {
      const items = variables.get(settings.iterator_selector);
      const inputs = { iterator_selector: items ?? null };
      if (items === undefined) {
        return invalid("IteratorVariableNotFoundError", `Iterator variable ${path(settings)} not found`, inputs);
      }
      if (items !== null && !Array.isArray(items)) {
        const message = `The variable ${path(settings)} is no list, so there is nothing to go through`;
        return invalid("InvalidIteratorValueError", message, inputs);
      }
      if (items !== null && items.length > maxRounds) {
        const message = `The variable ${path(settings)} has ${items.length} items, and ${maxRounds} are the most (DIWAN_CONTAINER_MAX_ROUNDS)`;
        return invalid("InvalidIteratorValueError", message, {});
      }
      return new Iteration(nodeId, settings, items ?? [], inputs, variables);
    },
  },
});

function invalid(type: string, message: string, inputs: Record<string, Value>): Failed {
  return fail({ type, code: "node.iteration.input-invalid", message: `${message}.` }, { inputs });
}

function path({ iterator_selector }: Settings): string {
  return JSON.stringify(iterator_selector);
}

class Iteration implements Rounds {
  readonly inputs: Record<string, Value>;
  readonly length: number;
  readonly #nodeId: string;
  readonly #settings: Settings;
  readonly #items: readonly Value[];
  readonly #around: VariablePool;
  readonly #parallel: number;
  readonly #results: Value[] = [];
  readonly #failed = new Set<number>();
  readonly #durations: Record<string, Value> = {};
  #usage: ModelUsage = noUsage;
  #next = 0;
  #open = 0;
  #error: StepError | undefined;

  constructor(
    nodeId: string,
    settings: Settings,
    items: readonly Value[],
    inputs: Record<string, Value>,
    around: VariablePool,
  ) {
    this.#nodeId = nodeId;
    this.#settings = settings;
    this.#items = items;
    this.inputs = inputs;
    this.length = items.length;
    this.#around = around;
    this.#parallel = settings.is_parallel === true ? (settings.parallel_nums ?? DEFAULT_PARALLEL) : 1;
  }

  isAnnounced(): boolean {
    return true;
  }

  next() {
    if (this.#error !== undefined || this.#open >= this.#parallel || this.#next >= this.#items.length) return undefined;
    const index = this.#next;
    this.#next += 1;
    this.#open += 1;
    const variables = this.#around.snapshot();
    variables.setAll(this.#nodeId, { item: this.#items[index]!, index });
    return { index, variables };
  }

  ended({ index, variables, failure, durationMs, usage }: EndedRound): void {
    this.#open -= 1;
    this.#durations[String(index)] = durationMs / 1000;
    if (usage !== noUsage) this.#usage = addUsage(this.#usage, usage);
    this.#results[index] = null;
    if (failure === undefined) {
      this.#results[index] = variables.get(this.#settings.output_selector) ?? null;
      return;
    }
    this.#failed.add(index);
    const mode = this.#settings.error_handle_mode ?? "terminated";
    if (mode === "terminated") this.#error ??= failure;
  }

  outcome() {
    const removes = this.#settings.error_handle_mode === "remove-abnormal-output";
    const results = removes ? this.#results.filter((_, index) => !this.#failed.has(index)) : this.#results;
    const output = this.#settings.flatten_output === false ? results : flattened(results);
    const record = {
      inputs: this.inputs,
      usage: this.#usage,
      metadata: {
        total_tokens: this.#usage.total_tokens,
        total_price: this.#usage.total_price,
        currency: this.#usage.currency,
        iteration_duration_map: this.#durations,
      },
    };
    const steps = this.length;
    if (this.#error !== undefined) return { ...fail(this.#error, record), outputs: { output }, steps };
    return { ...succeed({ output }, record), steps };
  }
}
