/** Names that lead out of this process; hosts have what they need of them in their own modules. */
const dangerous = [
  "BroadcastChannel",
  "EventSource",
  "MessageChannel",
  "WebSocket",
  "Worker",
  "fetch",
  "navigator",
  "require",
];

/** Takes away what code that got out of the interpreter would look for first. */
export function forgetGlobals(): void {
  for (const name of dangerous) Reflect.deleteProperty(globalThis, name);
}
