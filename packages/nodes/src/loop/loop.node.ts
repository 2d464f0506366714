import { type ModelUsage, noUsage, type StepError } from "@diwan/contracts";
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
import { ConditionError } from "../if-else/condition.ts";
import { Conditions, Logic, meetsAll } from "../if-else/conditions.ts";
import type { NodePorts } from "../ports.ts";
import { listOf } from "../settings.ts";
import { initialValue, LoopVariable } from "./loop-variables.ts";

const Settings = z.object({
  loop_count: z.number().int().min(1),
  break_conditions: Conditions,
  logical_operator: Logic,
  loop_variables: listOf(LoopVariable),
});
type Settings = z.output<typeof Settings>;

/** Repeats its steps until a condition holds, a step says so, or the count is reached. Rounds share the variables. */
export const loopNode = defineContainer<NodePorts, Settings>({
  type: "loop",
  version: 1,
  settings: Settings,
  container: {
    declaredRounds: ({ loop_count: count }) => ({ field: "loop_count", count }),
    open({ nodeId, settings, variables, innerIds }) {
      const inputs: Record<string, Value> = { loop_count: settings.loop_count };
      for (const variable of settings.loop_variables) {
        const value = initialValue(variable, variables);
        if ("problem" in value) return invalid(value.problem, inputs);
        inputs[variable.label] = value.value;
        variables.set(nodeId, variable.label, value.value);
        variables.declare(nodeId, variable.label, variable.var_type);
      }
      return new Loop(nodeId, settings, inputs, variables, innerIds);
    },
  },
});

function invalid(message: string, inputs: Record<string, Value>): Failed {
  return fail({ type: "ValueError", code: "node.loop.variable-invalid", message }, { inputs });
}

class Loop implements Rounds {
  readonly inputs: Record<string, Value>;
  readonly length: number;
  readonly #nodeId: string;
  readonly #settings: Settings;
  readonly #variables: VariablePool;
  readonly #innerIds: readonly string[];
  readonly #durations: Record<string, Value> = {};
  readonly #history: Record<string, Value> = {};
  #usage: ModelUsage = noUsage;
  #rounds = 0;
  #isOpen = false;
  #error: StepError | undefined;
  #isOver: boolean;
  #broken: boolean;

  constructor(
    nodeId: string,
    settings: Settings,
    inputs: Record<string, Value>,
    variables: VariablePool,
    innerIds: readonly string[],
  ) {
    this.#nodeId = nodeId;
    this.#settings = settings;
    this.inputs = inputs;
    this.length = settings.loop_count;
    this.#variables = variables;
    this.#innerIds = innerIds;
    this.#broken = this.#breaksBefore();
    this.#isOver = this.#broken;
  }

  /** The first round begins with the loop itself. */
  isAnnounced(index: number): boolean {
    return index > 0;
  }

  next() {
    if (this.#isOver || this.#isOpen) return undefined;
    this.#isOpen = true;
    for (const id of this.#innerIds) this.#variables.remove(id);
    return { index: this.#rounds, variables: this.#variables };
  }

  ended({ index, failure, isLast, durationMs, usage }: EndedRound): void {
    this.#isOpen = false;
    this.#rounds += 1;
    this.#durations[String(index)] = durationMs / 1000;
    this.#history[String(index)] = this.#values();
    if (usage !== noUsage) this.#usage = addUsage(this.#usage, usage);
    if (failure !== undefined) {
      this.#error = failure;
    } else {
      this.#broken = isLast || this.#breaksAfter();
    }
    this.#isOver = this.#error !== undefined || this.#broken || this.#rounds >= this.#settings.loop_count;
  }

  outcome() {
    const reason = this.#error !== undefined ? "error" : this.#broken ? "loop_break" : "loop_completed";
    const record = {
      inputs: this.inputs,
      usage: this.#usage,
      metadata: {
        total_tokens: this.#usage.total_tokens,
        total_price: this.#usage.total_price,
        currency: this.#usage.currency,
        completed_reason: reason,
        loop_duration_map: this.#durations,
        loop_variable_map: this.#history,
      },
    };
    const outputs = this.#rounds === 0 ? {} : { ...this.#values(), loop_round: this.#rounds };
    const steps = this.#rounds === 0 ? 0 : this.#settings.loop_count;
    if (this.#error !== undefined) return { ...fail(this.#error, record), outputs, steps };
    return { ...succeed(outputs, record), steps };
  }

  #values(): Record<string, Value> {
    return Object.fromEntries(
      this.#settings.loop_variables.map(({ label }) => [label, this.#variables.get([this.#nodeId, label]) ?? null]),
    );
  }

  /** Before the first round a condition that cannot be judged does not hold. */
  #breaksBefore(): boolean {
    try {
      return this.#conditionsHold();
    } catch (error) {
      if (error instanceof ConditionError) return false;
      throw error;
    }
  }

  #breaksAfter(): boolean {
    try {
      return this.#conditionsHold();
    } catch (error) {
      if (!(error instanceof ConditionError)) throw error;
      const message = `The condition to end the loop cannot be judged: ${error.message}.`;
      this.#error = { type: "ValueError", code: "node.loop.condition-invalid", message };
      return false;
    }
  }

  #conditionsHold(): boolean {
    const { break_conditions: conditions, logical_operator: logic } = this.#settings;
    return conditions.length > 0 && meetsAll(conditions, logic, this.#variables);
  }
}
