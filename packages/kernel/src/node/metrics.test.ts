import { expect, it } from "vitest";
import { createMetrics, watchPool } from "./metrics.ts";

it("tells how busy the pool is at the moment it is asked", async () => {
  const metrics = createMetrics({ version: "1", commit: "" });
  const pool = { totalCount: 0, idleCount: 0, waitingCount: 0 };
  watchPool(metrics, pool);
  Object.assign(pool, { totalCount: 5, idleCount: 2, waitingCount: 4 });
  const figures = await metrics.registry.metrics();
  expect(figures).toMatch(/^diwan_db_pool_in_use 3$/m);
  expect(figures).toMatch(/^diwan_db_pool_waiting 4$/m);
});
