type Example = { inputs: Record<string, unknown>; query: string };

const key = (appId: string) => `diwan.example.${appId}`;

/** Inputs that show a sample at its best wait in this tab for its first run. */
export function rememberExample(appId: string, example: Example): void {
  sessionStorage.setItem(key(appId), JSON.stringify(example));
}

export function exampleOf(appId: string): Example | undefined {
  const stored = sessionStorage.getItem(key(appId));
  return stored === null ? undefined : (JSON.parse(stored) as Example);
}
