import { readFileSync } from "node:fs";
import { HostChannel } from "../../channel/host-channel.ts";
import { forgetGlobals } from "../forget-globals.ts";
import { serve } from "../serve.ts";
import { Python } from "./python.ts";
import { wheelFiles } from "./wheels.ts";

const MEBIBYTE = 1024 * 1024;

/** What the programs of callers do. */
const WARM_UP = `
import json, base64
def main(text):
    return {"result": json.loads(base64.b64decode(text))}
print(json.dumps(main(base64.b64encode(b'{"a": [1, 2.5, "x"]}')), indent=4))
`;

const [snapshot, memoryMebibytes, ...wheels] = process.argv.slice(2);
await serve(new HostChannel(3), async (output) => {
  const engine = await Python.start({
    ...(snapshot === undefined || snapshot === "" ? {} : { snapshot: readFileSync(snapshot) }),
    files: wheelFiles(wheels),
    maxMemoryBytes: Number(memoryMebibytes) * MEBIBYTE,
    ...output,
  });
  forgetGlobals();
  return { engine, warmUp: WARM_UP };
});
process.exit();
