import { type NodeDocument, renderMarkdown, type TemplateSegment, type WorkflowDocument } from "@diwan/workflow";
import type { Frame } from "./reference-interpreter.ts";
import { containerOf, hasFailBranch, isResponse, listOfObjects, templateOf } from "./reference-nodes.ts";

/**
 * The reply: response nodes come up when a path to them is open, take turns in that order, and each waits for its next
 * variable.
 */
export class Reply {
  readonly #frame: Frame;
  readonly #responses: { node: NodeDocument; segments: TemplateSegment[] }[];
  readonly #document: WorkflowDocument;
  readonly #cameUp: { node: NodeDocument; segments: TemplateSegment[]; text: string }[] = [];

  constructor(document: WorkflowDocument, frame: Frame) {
    this.#document = document;
    this.#frame = frame;
    this.#responses = document.graph.nodes
      .filter((node) => containerOf(node) === null && isResponse(node))
      .map((node) => ({ node, segments: templateOf(node) }))
      .sort((one, other) => (one.node.id < other.node.id ? -1 : 1));
  }

  texts(): string[] {
    return this.#cameUp.map(({ text }) => text);
  }

  lookForReached(): void {
    for (const response of this.#responses) {
      if (this.#cameUp.some(({ node }) => node === response.node)) continue;
      if (this.#isOpen(response.node.id, response.segments))
        this.#cameUp.push({ ...response, segments: [...response.segments], text: "" });
    }
  }

  /** Whether some path from the start holds no edge that is still to be taken and that the reply has to wait for. */
  #isOpen(id: string, segments: readonly TemplateSegment[]): boolean {
    const incoming = this.#frame.edges.filter((edge) => edge.target === id);
    if (incoming.length === 0) return this.#node(id).data["type"] === "start";
    return incoming.some(
      (edge) =>
        (edge.state === "taken" || !this.#blocks(this.#node(edge.source), segments)) &&
        this.#isOpen(edge.source, segments),
    );
  }

  #blocks(node: NodeDocument, segments: readonly TemplateSegment[]): boolean {
    if (["if-else", "iteration", "loop", "answer", "end"].includes(String(node.data["type"])) || hasFailBranch(node))
      return true;
    if (node.data["type"] !== "assigner") return false;
    const written = listOfObjects(node.data["items"]).map((item) => (item["variable_selector"] as string[]).join("."));
    return segments.some(
      (segment) => segment.type === "variable" && written.includes(segment.selector.slice(0, 2).join(".")),
    );
  }

  emit(): void {
    for (const session of this.#cameUp) {
      for (let segment = session.segments[0]; segment !== undefined; segment = session.segments[0]) {
        if (segment.type === "text") session.text += segment.text;
        else if (!this.#frame.skipped.has(segment.selector[0]!)) {
          const value = this.#frame.variables.get(segment.selector);
          if (value === undefined) return;
          session.text += renderMarkdown(value);
        }
        session.segments.shift();
      }
    }
  }

  #node(id: string): NodeDocument {
    return this.#document.graph.nodes.find((node) => node.id === id)!;
  }
}
