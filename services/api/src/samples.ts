import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readAppFile } from "@diwan/workflow";
import { z } from "zod";

/** An app that people can try at once. */
export type SampleApp = {
  id: string;
  mode: "workflow" | "advanced-chat";
  name: string;
  description: string;
  iconType: "emoji" | "image" | "link";
  icon: string;
  iconBackground: string;
  exampleInputs: Record<string, string>;
  exampleQuery: string;
  content: string;
};

export type SampleCatalogue = { list(): SampleApp[]; find(id: string): SampleApp | undefined };

const Listing = z.array(
  z.object({
    id: z.string(),
    file: z.string(),
    exampleInputs: z.record(z.string(), z.string()).default({}),
    exampleQuery: z.string().default(""),
  }),
);

/** Reads the samples named by `samples.json` of a folder, in its order. */
export function loadSamples(folder: string): SampleCatalogue {
  const listing = Listing.parse(JSON.parse(readFileSync(join(folder, "samples.json"), "utf8")));
  const samples = listing.map(({ file, ...sample }): SampleApp => {
    const content = readFileSync(join(folder, file), "utf8");
    const app = readAppFile(content).file!;
    return { ...sample, ...app.face, mode: app.mode as SampleApp["mode"], content };
  });
  return { list: () => samples, find: (id) => samples.find((sample) => sample.id === id) };
}
