import { compileMessage } from "@lingui/message-utils/compileMessage";

/**
 * A Vite plugin for `*.messages` files: ICU text as plain JSON, compiled while bundling, so that the browser carries no
 * message parser.
 */
export function cataloguesPlugin() {
  return {
    name: "diwan-catalogues",
    transform(code: string, id: string) {
      if (!id.endsWith(".messages")) return;
      const source: Record<string, string> = JSON.parse(code);
      const compiled = Object.fromEntries(Object.entries(source).map(([key, text]) => [key, compileMessage(text)]));
      const json = JSON.stringify(JSON.stringify(compiled));
      return { code: `export default JSON.parse(${json});`, moduleType: "js", map: null } as const;
    },
  };
}
