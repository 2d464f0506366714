import { HostChannel } from "../../channel/host-channel.ts";
import { forgetGlobals } from "../forget-globals.ts";
import { serve } from "../serve.ts";
import { JavaScript } from "./javascript.ts";

const MEBIBYTE = 1024 * 1024;

/** What the programs of callers do. */
const WARM_UP = `
function main({ text }) { return { result: JSON.parse(Buffer.from(text, "base64").toString("utf-8")) }; }
console.log(JSON.stringify(main({ text: Buffer.from('{"a":[1,2.5,"x"]}').toString("base64") })));
`;

const [memoryMebibytes] = process.argv.slice(2);
await serve(new HostChannel(3), async (output) => {
  const engine = await JavaScript.start({ maxMemoryBytes: Number(memoryMebibytes) * MEBIBYTE, ...output });
  forgetGlobals();
  return { engine, warmUp: WARM_UP };
});
process.exit();
