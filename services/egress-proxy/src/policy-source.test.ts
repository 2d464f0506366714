import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readPolicyFile } from "@diwan/egress";
import { type LogFields, silentLogger } from "@diwan/kernel";
import { expect, it } from "vitest";
import { openPolicySource } from "./policy-source.ts";

async function eventually(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries += 1) {
    if (tries === 200) throw new Error("it did not come about in 10 s");
    await sleep(50);
  }
}

it("takes a changed policy, keeps the old one in place of a wrong one and says which line is wrong", async () => {
  const folder = mkdtempSync(join(tmpdir(), "diwan-policy-"));
  // As orchestrators mount it: the file is a link through a folder that is replaced.
  const version = (number: number, text: string) => {
    const file = join(folder, `v${number}.yaml`);
    writeFileSync(file, text);
    symlinkSync(file, join(folder, "next"));
    renameSync(join(folder, "next"), join(folder, "egress.yaml"));
  };
  version(1, "version: 1\nmode: public\n");
  const file = join(folder, "egress.yaml");
  const problems: string[] = [];
  const error = ({ err }: LogFields) => void problems.push(String((err as Error).message));
  const policies = openPolicySource(() => readPolicyFile(file), file, { ...silentLogger, error });
  expect(policies.current().mode).toBe("public");
  version(2, "version: 1\nmode: closed\n");
  await eventually(() => policies.current().mode === "closed");
  version(3, "version: 1\nmode: allowlist\nuntrusted: {allow: ['*.example.com']}\n");
  await eventually(() => problems.length > 0);
  expect(policies.current().mode).toBe("closed");
  expect(problems[0]).toMatch(/line 3: untrusted\.allow\[0\]/);
  policies.close();
  rmSync(folder, { recursive: true });
});
