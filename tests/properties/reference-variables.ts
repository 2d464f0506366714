import { type Value, type ValueType, VariablePool } from "@diwan/workflow";

/** Values by node and name, and the types that are declared. */
export class Variables {
  #values: { nodeId: string; name: string; value: Value }[] = [];
  #types: { nodeId: string; name: string; type: ValueType }[] = [];
  #writtenConversation = new Map<string, Value>();

  get(selector: readonly string[]): Value | undefined {
    return this.pool().get(selector);
  }

  set(nodeId: string, name: string, value: Value): void {
    this.#values = this.#values.filter((one) => one.nodeId !== nodeId || one.name !== name);
    this.#values.push({ nodeId, name, value });
  }

  /** As an assigner does it. */
  write(nodeId: string, name: string, value: Value): void {
    this.set(nodeId, name, value);
    if (nodeId === "conversation") this.#writtenConversation.set(name, value);
  }

  /** The last value of each conversation variable that was written since this copy was made. */
  writtenConversation(): Map<string, Value> {
    return this.#writtenConversation;
  }

  declare(nodeId: string, name: string, type: ValueType): void {
    this.#types.push({ nodeId, name, type });
  }

  forget(nodeId: string): void {
    this.#values = this.#values.filter((one) => one.nodeId !== nodeId);
  }

  allOf(nodeId: string): Record<string, Value> {
    return Object.fromEntries(
      this.#values.filter((one) => one.nodeId === nodeId).map(({ name, value }) => [name, value]),
    );
  }

  copy(): Variables {
    const copy = new Variables();
    copy.#values = [...this.#values];
    copy.#types = [...this.#types];
    return copy;
  }

  /** What nodes read from. */
  pool(): VariablePool {
    const pool = new VariablePool();
    for (const { nodeId, name, value } of this.#values) pool.set(nodeId, name, value);
    for (const { nodeId, name, type } of this.#types) pool.declare(nodeId, name, type);
    return pool;
  }
}
