import type { ModelPart } from "../../ports.ts";

/** A piece of a call as it streams in; endpoints differ in what they leave out. */
export type ToolCallDelta = { index?: unknown; id?: unknown; function?: { name?: unknown; arguments?: unknown } };

type ToolCall = Extract<ModelPart, { type: "tool-call" }>;

/** Puts the calls of an answer together; their arguments stream in pieces. */
export class ToolCalls {
  readonly #calls = new Map<number, ToolCall>();

  get isEmpty(): boolean {
    return this.#calls.size === 0;
  }

  add(deltas: readonly ToolCallDelta[]): void {
    for (const delta of deltas) {
      const call = this.#callOf(delta);
      if (typeof delta.id === "string" && delta.id !== "") call.id = delta.id;
      if (typeof delta.function?.name === "string") call.name += delta.function.name;
      if (typeof delta.function?.arguments === "string") call.arguments += delta.function.arguments;
    }
  }

  /** The whole calls, in order. */
  all(): ToolCall[] {
    return [...this.#calls].sort(([a], [b]) => a - b).map(([, call]) => call);
  }

  /** Without an index, a piece with a name begins another call and one without goes on with the last. */
  #callOf({ index, function: called }: ToolCallDelta): ToolCall {
    const begins = typeof called?.name === "string" && called.name !== "";
    const place = typeof index === "number" ? index : Math.max(0, this.#calls.size - (begins ? 0 : 1));
    let call = this.#calls.get(place);
    if (call === undefined) {
      call = { type: "tool-call", id: "", name: "", arguments: "" };
      this.#calls.set(place, call);
    }
    return call;
  }
}
