import type { AppActivity } from "@diwan/apps";
import type { AppId, WorkspaceScope } from "@diwan/kernel";
import type { Database } from "../database.ts";

const DAYS = 12;
const DAY_MS = 24 * 60 * 60 * 1000;

type Row = { app_id: AppId; total: number; days: { [day: string]: number } | null; last_status: string | null };

/** Reads counters and one row of each app's runs, whatever their number. */
const statement = `
  select app.id as app_id,
    coalesce((select sum(runs) from app_day where app_day.app_id = app.id), 0)::int as total,
    (select json_object_agg(day, runs) from app_day where app_day.app_id = app.id and day > $3::date - ${DAYS}) as days,
    (select status from run where run.app_id = app.id order by created_at desc, id desc limit 1) as last_status
  from app where app.workspace_id = $1 and app.id = any($2::uuid[])`;

export async function readActivity(
  database: Database,
  scope: WorkspaceScope,
  appIds: readonly AppId[],
  today: number,
): Promise<Map<AppId, AppActivity>> {
  const { rows } = await database.run<Row>({
    text: statement,
    values: [scope.workspaceId, appIds, new Date(today).toISOString().slice(0, 10)],
  });
  const found = new Map(rows.map((row) => [row.app_id, row]));
  const days = Array.from({ length: DAYS }, (_, index) =>
    new Date(today - (DAYS - 1 - index) * DAY_MS).toISOString().slice(0, 10),
  );
  return new Map(
    appIds.map((appId) => {
      const row = found.get(appId);
      const runsByDay = days.map((day) => row?.days?.[day] ?? 0);
      return [appId, { runCount: row?.total ?? 0, runsByDay, lastRunStatus: row?.last_status ?? null }];
    }),
  );
}
