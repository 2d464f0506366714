import { fsyncSync } from "node:fs";
import type { PGlite } from "@electric-sql/pglite";
import { NodeFS } from "@electric-sql/pglite/nodefs";

type StartOptions = Parameters<NodeFS["init"]>[1];

/** The part of Emscripten's file system that is filled in here; its own types do not name it. */
type NodeFsDriver = { stream_ops: { fsync?: (stream: { nfd: number }) => number } };

/** PGlite's file system on disk has no `fsync`: without one, a loss of power loses the database, not only rows. */
export class DurableNodeFs extends NodeFS {
  override async init(pg: PGlite, options: StartOptions) {
    const started = await super.init(pg, options);
    started.emscriptenOpts.preRun = [
      ...(started.emscriptenOpts.preRun ?? []),
      (module) => {
        const driver = module.FS.filesystems.NODEFS as unknown as NodeFsDriver;
        driver.stream_ops.fsync = ({ nfd }) => {
          fsyncSync(nfd);
          return 0;
        };
      },
    ];
    return started;
  }
}
