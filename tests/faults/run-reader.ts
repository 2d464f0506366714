import { setTimeout as sleep } from "node:timers/promises";
import { readFrames } from "../support/event-stream.ts";
import { clientOf, type FaultInstallation, type PublishedFaultApp } from "./installation.ts";

type Json = Record<string, unknown>;

/** Longer than two heartbeats: whoever is silent for so long is frozen. */
const SILENT_MS = 22_000;

/**
 * Somebody who starts a run and follows it to its end: comes back whenever the stream is cut, to any api, with the number
 * of the last frame it has, and answers the forms it is shown.
 */
export class RunReader {
  readonly app: PublishedFaultApp;
  readonly #installation: FaultInstallation;
  readonly #pick: <Item>(items: readonly Item[]) => Item;
  readonly #conversation: string | undefined;
  #abort = new AbortController();
  lastFrame = 0;
  /** Known once the first frame has come: from then on the run counts as accepted. */
  runId: string | undefined;
  conversationId: string | undefined;
  text = "";
  status: string | undefined;
  outputs: unknown;
  error: string | null = null;
  reconnects = 0;
  /** When the last frame came. */
  framedAt = 0;
  /** Frames that came twice or out of order. */
  readonly disorder: string[] = [];

  constructor(
    app: PublishedFaultApp,
    installation: FaultInstallation,
    pick: <Item>(items: readonly Item[]) => Item,
    conversation?: string,
  ) {
    this.app = app;
    this.#installation = installation;
    this.#pick = pick;
    this.#conversation = conversation;
  }

  /** False when nobody took the run. */
  async run(deadline: () => number): Promise<boolean> {
    await this.#attempt(() => this.#start());
    if (this.runId === undefined) return false;
    while (this.status === undefined && Date.now() < deadline()) {
      this.reconnects += 1;
      await this.#attempt(() => this.#reattach());
      if (this.status === undefined) await sleep(200);
    }
    return true;
  }

  /** Resolves with the time of the first frame that comes after `at`; never where none comes. */
  async nextFrame(at: number): Promise<number> {
    while (this.framedAt <= at) await sleep(50, undefined, { ref: false });
    return this.framedAt;
  }

  /** As a network does. */
  cut(): void {
    this.#abort.abort();
  }

  async #attempt(open: () => Promise<Response | undefined>): Promise<void> {
    this.#abort = new AbortController();
    let silence = setTimeout(() => this.cut(), SILENT_MS);
    try {
      const response = await open();
      if (response === undefined) return;
      if (!response.ok) {
        await response.body?.cancel();
        return;
      }
      for await (const { id, data } of readFrames(response)) {
        clearTimeout(silence);
        silence = setTimeout(() => this.cut(), SILENT_MS);
        if (id !== undefined) this.#take(id, data);
      }
    } catch {
      // Cut off, or never let in.
    } finally {
      clearTimeout(silence);
    }
  }

  async #start(): Promise<Response | undefined> {
    const address = this.#anyAddress();
    if (address === undefined) return undefined;
    const isChat = this.app.mode === "advanced-chat";
    const chat = isChat ? { query: "go on", conversation_id: this.#conversation ?? "" } : {};
    const body = { response_mode: "streaming", user: "ada", inputs: this.app.inputs, ...chat };
    return this.#send(address, "POST", isChat ? "/chat-messages" : "/workflows/run", { "x-stream-ids": "1" }, body);
  }

  async #reattach(): Promise<Response | undefined> {
    const address = this.#anyAddress();
    if (address === undefined) return undefined;
    const path = this.app.mode === "advanced-chat" ? "/chat-messages" : "/workflow";
    const query = "user=ada&continue_on_pause=true";
    return this.#send(address, "GET", `${path}/${this.runId}/events?${query}`, {
      "last-event-id": `${this.lastFrame}`,
    });
  }

  #send(address: string, method: string, path: string, headers: Record<string, string>, body?: object) {
    return fetch(`${address}/v1${path}`, {
      method,
      signal: this.#abort.signal,
      headers: {
        authorization: `Bearer ${this.app.key}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  #anyAddress(): string | undefined {
    const addresses = this.#installation.addresses();
    return addresses.length === 0 ? undefined : this.#pick(addresses);
  }

  #take(id: number, frame: Json): void {
    const event = String(frame["event"]);
    const data = (frame["data"] ?? {}) as Json;
    // Whoever asks beyond the end is told the end again.
    if (id <= this.lastFrame && event !== "workflow_finished") {
      this.disorder.push(`frame ${id} (${event}) came after frame ${this.lastFrame}`);
    }
    this.lastFrame = Math.max(this.lastFrame, id);
    this.framedAt = Date.now();
    this.runId ??= frame["task_id"] as string | undefined;
    this.conversationId ??= frame["conversation_id"] as string | undefined;
    switch (event) {
      case "message":
        this.text += frame["answer"];
        break;
      case "message_replace":
        this.text = String(frame["answer"]);
        break;
      case "text_chunk":
        this.text += data["text"];
        break;
      case "text_replace":
        this.text = String(data["text"]);
        break;
      case "human_input_required":
        void this.#answer(String(data["form_token"]));
        break;
      case "workflow_finished":
        this.status = String(data["status"]);
        this.outputs = data["outputs"];
        this.error = data["error"] as string | null;
        break;
    }
  }

  /** Until it is known to be answered, or the run goes on by somebody's answer. */
  async #answer(token: string): Promise<void> {
    await sleep(this.#pick([50, 400, 1_500]));
    while (this.status === undefined) {
      const address = this.#anyAddress();
      const answer = { user: "ada", action: "yes", inputs: {} };
      const status =
        address === undefined
          ? 0
          : await clientOf(address, this.app)
              .send("POST", `/form/human_input/${token}`, answer)
              .then((response) => response.body?.cancel().then(() => response.status) ?? response.status)
              .catch(() => 0);
      if (status === 200 || status === 412 || status === 404) return;
      await sleep(300);
    }
  }
}
