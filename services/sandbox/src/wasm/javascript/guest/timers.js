const timers = new Map();
let lastTimer = 0;

class Timeout {
  constructor(id) {
    this.id = id;
  }
  ref() {
    return this;
  }
  unref() {
    timers.get(this.id)?.unref();
    return this;
  }
  hasRef() {
    return timers.get(this.id)?.keeps === true;
  }
  refresh() {
    const timer = timers.get(this.id);
    if (timer !== undefined) timer.at = host.now() + timer.ms;
    return this;
  }
  [Symbol.toPrimitive]() {
    return this.id;
  }
}

function schedule(callback, ms, args, repeats) {
  if (typeof callback !== "function") throw new TypeError('The "callback" argument must be of type function.');
  const wait = Math.max(1, Math.min(Number(ms) || 1, 2 ** 31 - 1));
  const id = ++lastTimer;
  const timer = { callback, args, ms: wait, at: host.now() + wait, repeats, keeps: true };
  timer.unref = () => {
    timer.keeps = false;
  };
  timers.set(id, timer);
  return new Timeout(id);
}

const setTimeout = (callback, ms, ...args) => schedule(callback, ms, args, false);
const setInterval = (callback, ms, ...args) => schedule(callback, ms, args, true);
const setImmediate = (callback, ...args) => {
  const timeout = schedule(callback, 1, args, false);
  timers.get(timeout.id).at = 0;
  return timeout;
};
const clear = (timeout) => void timers.delete(Number(timeout?.id ?? timeout));

/** Milliseconds to the next timer that keeps the program alive; -1 without one. */
function untilNext() {
  const keeping = [...timers.values()].filter(({ keeps }) => keeps);
  if (keeping.length === 0) return -1;
  return Math.max(0, Math.min(...[...timers.values()].map(({ at }) => at)) - host.now());
}

/** Calls the timer that is due longest; false where none is. */
function fire() {
  let due;
  for (const [id, timer] of timers) if (due === undefined || timer.at < due.timer.at) due = { id, timer };
  if (due === undefined || due.timer.at > host.now()) return false;
  if (due.timer.repeats) due.timer.at = host.now() + due.timer.ms;
  else timers.delete(due.id);
  due.timer.callback(...due.timer.args);
  return true;
}

module.exports = {
  api: { setTimeout, setInterval, setImmediate, clearTimeout: clear, clearInterval: clear, clearImmediate: clear },
  promises: {
    setTimeout: (ms, value) => new Promise((resolve) => setTimeout(resolve, ms, value)),
    setImmediate: (value) => new Promise((resolve) => setImmediate(resolve, value)),
  },
  fire,
  untilNext,
};
