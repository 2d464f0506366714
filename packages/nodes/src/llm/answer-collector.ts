import type { ModelUsage } from "@diwan/contracts";
import type { ModelPart } from "@diwan/models";
import type { StreamPart } from "@diwan/workflow";
import { type SplitPiece, separateReasoning, ThinkSplitter } from "../model-step/think-splitter.ts";

/**
 * Gathers a model's parts and passes their text on. A provider that sends reasoning apart from text is brought to the
 * one form that app files know, `<think>` tags; `separated` then takes them out again.
 */
export class AnswerCollector {
  usage: ModelUsage | undefined;
  finishReason: string | null = null;
  /** All text that was passed on. */
  streamedText = "";

  readonly #splitter: ThinkSplitter | undefined;
  readonly #emit: (part: StreamPart) => void;
  #answer = "";
  #reasoningOpen = false;
  #reasoned = false;

  constructor(format: "tagged" | "separated", emit: (part: StreamPart) => void) {
    this.#splitter = format === "separated" ? new ThinkSplitter() : undefined;
    this.#emit = emit;
  }

  add(part: ModelPart): void {
    switch (part.type) {
      case "text-delta":
        if (this.#reasoningOpen) this.#closeReasoning();
        return this.#receive(part.text);
      case "reasoning-delta":
        if (!this.#reasoningOpen) {
          this.#reasoningOpen = true;
          this.#receive("<think>\n");
        }
        return this.#receive(part.text);
      case "usage":
        this.usage = part.usage;
        return;
      case "finish":
        this.finishReason = part.reason;
    }
  }

  /** Passes on what was held back and closes the stream. */
  end(): void {
    if (this.#reasoningOpen) this.#closeReasoning();
    if (this.#splitter !== undefined) {
      for (const piece of this.#splitter.end()) this.#pass(piece);
      if (this.#reasoned) this.#emit({ type: "reasoning", text: "", final: true });
    }
    this.#emit({ type: "text", output: "text", text: "", final: true });
  }

  answer(): { text: string; reasoning: string } {
    return this.#splitter === undefined ? { text: this.#answer, reasoning: "" } : separateReasoning(this.#answer);
  }

  #closeReasoning(): void {
    this.#reasoningOpen = false;
    this.#receive("\n</think>");
  }

  #receive(text: string): void {
    this.#answer += text;
    if (this.#splitter === undefined) this.#pass({ kind: "text", text });
    else for (const piece of this.#splitter.push(text)) this.#pass(piece);
  }

  #pass({ kind, text }: SplitPiece): void {
    if (kind === "reasoning") {
      this.#reasoned = true;
      this.#emit({ type: "reasoning", text, final: false });
      return;
    }
    // The reply never begins with blank space.
    const shown = this.streamedText === "" && this.#splitter !== undefined ? text.trimStart() : text;
    if (shown === "") return;
    this.streamedText += shown;
    this.#emit({ type: "text", output: "text", text: shown, final: false });
  }
}
