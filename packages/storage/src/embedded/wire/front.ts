import { createServer, type Server, type Socket } from "node:net";
import type { Engine } from "../engine.ts";
import { firstRow, inspect } from "./backend.ts";
import { type Batch, Client } from "./client.ts";
import { closeStatement, query, sync } from "./frontend.ts";

export type FrontLimits = {
  /** How long a client waits while another one's transaction is open. */
  waitMs: number;
  /** How long a transaction may stay open without doing anything. */
  idleTransactionMs: number;
};

export const defaultFrontLimits: FrontLimits = { waitMs: 5_000, idleTransactionMs: 10_000 };

type Waiting = { batch: Batch; timer: NodeJS.Timeout };

/**
 * Lets many connections share PGlite's one session. Postgres's own rules hold for each of them: messages up to Sync run
 * together, a transaction excludes everybody else until it ends, and what a session keeps (search path, prepared
 * statements, LISTEN) is kept apart.
 *
 *     free ──batch leaves a transaction open──▶ pinned to its client ──it ends, leaves or idles──▶ free
 *
 * While pinned, batches of other clients wait in order of arrival and fail with 57014 after `waitMs`.
 */
export class WireFront {
  readonly #engine: Engine;
  readonly #limits: FrontLimits;
  readonly #server: Server;
  readonly #clients = new Map<number, Client>();
  readonly #parameters: Record<string, string>;
  readonly #defaultSearchPath: string;
  #sessionSearchPath: string;
  #waiting: Waiting[] = [];
  #pinned: Client | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #nextId = 1;

  constructor(engine: Engine, limits: FrontLimits = defaultFrontLimits) {
    this.#engine = engine;
    this.#limits = limits;
    this.#defaultSearchPath = this.#show("search_path");
    this.#sessionSearchPath = this.#defaultSearchPath;
    const reported = ["server_version", "server_encoding", "client_encoding", "DateStyle", "TimeZone"];
    this.#parameters = {
      ...Object.fromEntries(reported.map((name) => [name, this.#show(name)])),
      integer_datetimes: "on",
      standard_conforming_strings: "on",
    };
    this.#server = createServer((socket) => this.#accept(socket));
  }

  listen(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(path, () => {
        this.#server.off("error", reject);
        resolve();
      });
    });
  }

  /** Runs housekeeping when no client is in a transaction; false when one is. */
  runBetween(work: (engine: Engine) => void): boolean {
    if (this.#pinned !== undefined) return false;
    work(this.#engine);
    return true;
  }

  /** Ends all connections; what is open is rolled back. */
  close(): void {
    this.#server.close();
    for (const client of this.#clients.values()) client.end("57P01", "The database is shutting down.");
  }

  #accept(socket: Socket): void {
    const id = this.#nextId;
    this.#nextId += 1;
    const client = new Client(
      id,
      socket,
      { searchPath: this.#defaultSearchPath, parameters: this.#parameters },
      {
        onBatch: (batch) => this.#submit(batch),
        onCancel: (processId, secret) => this.#cancel(processId, secret),
        onGone: (gone) => this.#forget(gone),
      },
    );
    this.#clients.set(id, client);
  }

  #submit(batch: Batch): void {
    if (this.#pinned === undefined || this.#pinned === batch.client) this.#run(batch);
    else this.#wait(batch);
  }

  #wait(batch: Batch): void {
    const timer = setTimeout(() => {
      this.#waiting = this.#waiting.filter((waiting) => waiting.batch !== batch);
      batch.client.refuse("57014", "Another transaction has held the database for too long.");
    }, this.#limits.waitMs);
    this.#waiting.push({ batch, timer });
  }

  #run(batch: Batch): void {
    const { client } = batch;
    clearTimeout(this.#idleTimer);
    if (this.#pinned === undefined) this.#usePathOf(client);
    const answer = inspect(this.#engine.exec(Buffer.concat(batch.messages)));
    this.#applyCommands(batch);
    client.send(...answer.forClient);
    this.#notify(answer.notifications);

    if (answer.status === "I") {
      this.#pinned = undefined;
      if (client.searchPathUncertain) this.#learnPathOf(client);
      this.#letOthersIn();
    } else {
      this.#pinned = client;
      this.#idleTimer = setTimeout(
        () => client.end("25P03", "The transaction was idle for too long."),
        this.#limits.idleTransactionMs,
      );
    }
  }

  #letOthersIn(): void {
    while (this.#pinned === undefined) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      clearTimeout(next.timer);
      this.#run(next.batch);
    }
  }

  #applyCommands({ client, commands }: Batch): void {
    for (const command of commands) {
      if (command.kind === "listen") client.channels.add(command.channel);
      else if (command.kind === "unlisten") this.#unlisten(client, command.channel);
      else if (command.kind === "may-change-search-path") client.searchPathUncertain = true;
    }
  }

  /** The session stopped listening for everybody; it starts again for those who still do. */
  #unlisten(client: Client, channel: string): void {
    const dropped = channel === "*" ? [...client.channels] : [channel];
    for (const name of dropped) client.channels.delete(name);
    const wanted = new Set([...this.#clients.values()].flatMap((other) => [...other.channels]));
    for (const name of wanted) this.#engine.exec(query(`listen ${quote(name)}`));
  }

  #notify(notifications: readonly { channel: string; message: Buffer }[]): void {
    for (const { channel, message } of notifications) {
      for (const client of this.#clients.values()) if (client.channels.has(channel)) client.send(message);
    }
  }

  #usePathOf(client: Client): void {
    if (client.searchPath === this.#sessionSearchPath) return;
    this.#engine.exec(query(`select set_config('search_path', '${client.searchPath.replaceAll("'", "''")}', false)`));
    this.#sessionSearchPath = client.searchPath;
  }

  #learnPathOf(client: Client): void {
    client.searchPath = this.#show("search_path");
    client.searchPathUncertain = false;
    this.#sessionSearchPath = client.searchPath;
  }

  #show(name: string): string {
    return firstRow(this.#engine.exec(query(`show ${name}`)))[0] ?? "";
  }

  /** A statement that runs cannot be interrupted: PGlite has one thread. One that waits can. */
  #cancel(processId: number, secret: number): void {
    const waiting = this.#waiting.find(({ batch }) => batch.client.id === processId && batch.client.secret === secret);
    if (waiting === undefined) return;
    clearTimeout(waiting.timer);
    this.#waiting = this.#waiting.filter((other) => other !== waiting);
    waiting.batch.client.refuse("57014", "The statement was cancelled.");
  }

  #forget(client: Client): void {
    this.#clients.delete(client.id);
    for (const { batch, timer } of this.#waiting) if (batch.client === client) clearTimeout(timer);
    this.#waiting = this.#waiting.filter(({ batch }) => batch.client !== client);
    const heldTransaction = this.#pinned === client;
    if (heldTransaction) {
      clearTimeout(this.#idleTimer);
      this.#engine.exec(query("rollback"));
      this.#pinned = undefined;
      if (client.searchPathUncertain) this.#sessionSearchPath = this.#show("search_path");
    }
    this.#dropLeftovers(client);
    if (heldTransaction) this.#letOthersIn();
  }

  #dropLeftovers(client: Client): void {
    // Inside somebody's failed transaction nothing but ROLLBACK works; the names are unique, so they may stay.
    if (this.#pinned !== undefined) return;
    if (client.statements.size > 0) {
      this.#engine.exec(Buffer.concat([...[...client.statements].map(closeStatement), sync]));
    }
    for (const channel of client.channels) {
      if (![...this.#clients.values()].some((other) => other.channels.has(channel))) {
        this.#engine.exec(query(`unlisten ${quote(channel)}`));
      }
    }
  }
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
