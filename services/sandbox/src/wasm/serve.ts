import { frameKinds } from "../channel/frame.ts";
import type { HostChannel } from "../channel/host-channel.ts";
import type { RunOrder, RunOutcome } from "../channel/messages.ts";

export type Engine = {
  /** Runs a program; whatever it prints has been handed on when it returns. */
  run(code: string): RunOutcome;
  /** Makes everything as it was before the first program. */
  rewind(): void;
};

/** Where a program's output goes. */
export type Output = { stdout(bytes: Uint8Array): void; stderr(bytes: Uint8Array): void };

/** The first programs of a process are slow: what they need is compiled then. */
const WARM_UP_RUNS = 6;

/** Takes programs from the service, one after the other, for as long as each leaves the engine as it was. */
export async function serve(
  channel: HostChannel,
  start: (output: Output) => Promise<{ engine: Engine; warmUp: string }>,
): Promise<void> {
  let isReady = false;
  const write = (kind: typeof frameKinds.stdout | typeof frameKinds.stderr) => (bytes: Uint8Array) => {
    if (isReady) channel.write(kind, bytes);
  };
  const { engine, warmUp } = await start({
    stdout: write(frameKinds.stdout),
    stderr: write(frameKinds.stderr),
  });
  for (let count = 0; count < WARM_UP_RUNS; count += 1) {
    const { isClean } = engine.run(warmUp);
    if (!isClean) throw new Error("The engine fails at a program of our own.");
    engine.rewind();
  }
  isReady = true;
  channel.write(frameKinds.ready, new Uint8Array());
  for (;;) {
    const frame = channel.read();
    if (frame === undefined) return;
    const { code } = JSON.parse(Buffer.from(frame.body).toString()) as RunOrder;
    const outcome = engine.run(code);
    channel.writeJson(frameKinds.done, outcome);
    if (!outcome.isClean) return;
    engine.rewind();
  }
}
