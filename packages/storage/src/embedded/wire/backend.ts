import { frame } from "./frontend.ts";

/** Messages a server sends. @source https://www.postgresql.org/docs/current/protocol-message-formats.html */

const type = {
  notification: 0x41,
  error: 0x45,
  authentication: 0x52,
  key: 0x4b,
  parameter: 0x53,
  ready: 0x5a,
} as const;

/** `I` idle, `T` in a transaction, `E` in a failed one. */
export type TransactionStatus = "I" | "T" | "E";

export function errorResponse(severity: "ERROR" | "FATAL", sqlState: string, message: string): Buffer {
  const fields = `S${severity}\0V${severity}\0C${sqlState}\0M${message}\0\0`;
  return frame(type.error, Buffer.from(fields));
}

export function readyForQuery(status: TransactionStatus): Buffer {
  return frame(type.ready, Buffer.from(status));
}

/** What a client is told when it has connected. */
export function greeting(parameters: Record<string, string>, processId: number, secret: number): Buffer {
  const key = Buffer.alloc(8);
  key.writeInt32BE(processId, 0);
  key.writeInt32BE(secret, 4);
  return Buffer.concat([
    frame(type.authentication, Buffer.alloc(4)),
    ...Object.entries(parameters).map(([name, value]) => frame(type.parameter, Buffer.from(`${name}\0${value}\0`))),
    frame(type.key, key),
    readyForQuery("I"),
  ]);
}

export type Notification = { channel: string; message: Buffer };

/**
 * Reads what matters to the front out of Postgres's answer.
 *
 * @returns `forClient` is the answer without notifications, which belong to whoever listens.
 */
export function inspect(answer: Buffer): {
  forClient: Buffer[];
  notifications: Notification[];
  status: TransactionStatus;
} {
  const forClient: Buffer[] = [];
  const notifications: Notification[] = [];
  let status: TransactionStatus = "I";
  let from = 0;
  for (let at = 0; at < answer.length; ) {
    const end = at + 1 + answer.readInt32BE(at + 1);
    if (answer[at] === type.ready) status = String.fromCharCode(answer[at + 5]!) as TransactionStatus;
    if (answer[at] === type.notification) {
      if (at > from) forClient.push(answer.subarray(from, at));
      from = end;
      const channel = answer.toString("utf8", at + 9, answer.indexOf(0, at + 9));
      notifications.push({ channel, message: answer.subarray(at, end) });
    }
    at = end;
  }
  if (from < answer.length) forClient.push(answer.subarray(from));
  return { forClient, notifications, status };
}

/** The columns of the first row of an answer, as text. */
export function firstRow(answer: Buffer): (string | null)[] {
  for (let at = 0; at < answer.length; at += 1 + answer.readInt32BE(at + 1)) {
    if (answer[at] !== 0x44) continue;
    const columns: (string | null)[] = [];
    let from = at + 7;
    for (let column = answer.readInt16BE(at + 5); column > 0; column -= 1) {
      const length = answer.readInt32BE(from);
      from += 4;
      columns.push(length < 0 ? null : answer.toString("utf8", from, from + length));
      from += Math.max(length, 0);
    }
    return columns;
  }
  return [];
}

/** Every first column of an answer's rows. */
export function firstColumn(answer: Buffer): string[] {
  const values: string[] = [];
  for (let at = 0; at < answer.length; at += 1 + answer.readInt32BE(at + 1)) {
    if (answer[at] === 0x44) values.push(firstRow(answer.subarray(at))[0] ?? "");
  }
  return values;
}
