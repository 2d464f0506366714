import { DiwanError } from "@diwan/kernel";
import type { PreparedQueryConfig } from "drizzle-orm/pg-core";
import type { PgRemoteDatabase, PgRemoteSession, PreparedQuery, RemoteCallback } from "drizzle-orm/pg-proxy";
import { PgDialect, pgProxy } from "./drizzle.ts";

/**
 * Drizzle over our own connection handling. Its transactions are not offered: ours travel with the call.
 *
 * Whatever `send` throws reaches the caller as it is. Drizzle would wrap it into an error whose message holds every
 * parameter of the statement.
 */
export function openQueryBuilder(send: RemoteCallback): PgRemoteDatabase {
  const dialect = new PgDialect();
  return new pgProxy.PgRemoteDatabase(dialect, new PlainErrorSession(send, dialect, undefined), undefined);
}

class PlainErrorSession extends pgProxy.PgRemoteSession<Record<string, never>, Record<string, never>> {
  override prepareQuery<T extends PreparedQueryConfig>(
    ...parameters: Parameters<PgRemoteSession<Record<string, never>, Record<string, never>>["prepareQuery"]>
  ): PreparedQuery<T> {
    const prepared = super.prepareQuery<T>(...parameters);
    const execute = prepared.execute.bind(prepared);
    prepared.execute = async (values) => {
      try {
        return await execute(values);
      } catch (error) {
        const cause = (error as Error).cause;
        throw cause instanceof DiwanError ? cause : error;
      }
    };
    return prepared;
  }
}
