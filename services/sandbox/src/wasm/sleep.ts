const cell = new Int32Array(new SharedArrayBuffer(4));

/** Waits without using the processor; nothing else happens in this process meanwhile. */
export function sleepMs(ms: number): void {
  Atomics.wait(cell, 0, 0, ms);
}
