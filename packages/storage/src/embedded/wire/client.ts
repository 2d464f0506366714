import type { Socket } from "node:net";
import { errorResponse, greeting, readyForQuery } from "./backend.ts";
import { frontendType, MessageReader, renameStatement, sqlOf, startupCode } from "./frontend.ts";
import { type SessionCommand, searchPathOf, sessionCommandOf } from "./session-commands.ts";

/** Messages of one client up to Sync, to be run in one go. */
export type Batch = { client: Client; messages: Buffer[]; commands: SessionCommand[] };

export type ClientEvents = {
  /** `batch.commands` holds no refused command. */
  onBatch(batch: Batch): void;
  onCancel(processId: number, secret: number): void;
  onGone(client: Client): void;
};

const PROTOCOL_3 = 196608;

/**
 * One connection: reads its messages, knows what its session would look like.
 *
 *     startup ──first packet──▶ ready ──Terminate, end, error──▶ gone
 */
export class Client {
  readonly id: number;
  readonly secret: number;
  readonly channels = new Set<string>();
  /** Names of its prepared statements in the shared session. */
  readonly statements = new Set<string>();
  searchPath: string;
  /** Something may have changed the search path since it was last read. */
  searchPathUncertain = false;

  readonly #socket: Socket;
  readonly #events: ClientEvents;
  readonly #parameters: Record<string, string>;
  readonly #reader = new MessageReader();
  #state: "startup" | "ready" | "gone" = "startup";
  #messages: Buffer[] = [];
  #commands: SessionCommand[] = [];

  constructor(
    id: number,
    socket: Socket,
    defaults: { searchPath: string; parameters: Record<string, string> },
    events: ClientEvents,
  ) {
    this.id = id;
    this.secret = Math.floor(Math.random() * 0x7fffffff);
    this.searchPath = defaults.searchPath;
    this.#parameters = defaults.parameters;
    this.#socket = socket;
    this.#events = events;
    socket.on("data", (piece: Buffer) => this.#read(piece));
    socket.on("error", () => this.#leave());
    socket.on("close", () => this.#leave());
  }

  get isGone(): boolean {
    return this.#state === "gone";
  }

  send(...parts: Buffer[]): void {
    if (this.isGone) return;
    if (parts.length === 1) {
      this.#socket.write(parts[0]!);
      return;
    }
    this.#socket.cork();
    for (const part of parts) this.#socket.write(part);
    this.#socket.uncork();
  }

  refuse(sqlState: string, reason: string): void {
    this.send(errorResponse("ERROR", sqlState, reason), readyForQuery("I"));
  }

  end(sqlState: string, reason: string): void {
    this.send(errorResponse("FATAL", sqlState, reason));
    this.#socket.end();
    this.#leave();
  }

  #leave(): void {
    if (this.#state === "gone") return;
    this.#state = "gone";
    this.#socket.destroy();
    this.#events.onGone(this);
  }

  #read(piece: Buffer): void {
    this.#reader.push(piece);
    while (this.#state !== "gone") {
      const message = this.#reader.next(this.#state === "startup" ? "startup" : "typed");
      if (message === undefined) return;
      if (this.#state === "startup") this.#start(message);
      else this.#take(message);
    }
  }

  #start(packet: Buffer): void {
    const code = packet.readInt32BE(4);
    if (code === startupCode.ssl || code === startupCode.gss) {
      this.#socket.write("N");
    } else if (code === startupCode.cancel) {
      this.#events.onCancel(packet.readInt32BE(8), packet.readInt32BE(12));
      this.#leave();
    } else if (code !== PROTOCOL_3) {
      this.end("08P01", "Only protocol version 3.0 is spoken here.");
    } else {
      const words = packet.toString("utf8", 8).split("\0");
      const startup: Record<string, string> = {};
      for (let at = 0; at + 1 < words.length && words[at] !== ""; at += 2) startup[words[at]!] = words[at + 1]!;
      this.searchPath = searchPathOf(startup) ?? this.searchPath;
      this.#state = "ready";
      this.send(greeting(this.#parameters, this.id, this.secret));
    }
  }

  #take(message: Buffer): void {
    const type = message[0];
    if (type === frontendType.terminate) {
      this.#leave();
      return;
    }
    const sql = sqlOf(message);
    const command = sql === undefined ? undefined : sessionCommandOf(sql);
    if (command !== undefined) this.#commands.push(command);
    if (type === frontendType.flush) {
      this.#commands.push({ kind: "refused", reason: "Cursors over the wire are not available embedded." });
    }
    this.#messages.push(renameStatement(message, (name) => this.#sessionName(name)));
    if (type === frontendType.query || type === frontendType.sync) this.#complete();
  }

  #complete(): void {
    const batch = { client: this, messages: this.#messages, commands: this.#commands };
    this.#messages = [];
    this.#commands = [];
    const refused = batch.commands.find((command) => command.kind === "refused");
    if (refused === undefined) this.#events.onBatch(batch);
    else this.end("0A000", refused.reason);
  }

  #sessionName(name: string): string {
    const inSession = `${this.id}_${name}`;
    this.statements.add(inSession);
    return inSession;
  }
}
