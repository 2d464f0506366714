import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import {
  type EgressPolicy,
  type EgressProfile,
  explainUrl,
  nameServerResolver,
  readPolicyFile,
  renderSquid,
  systemResolver,
} from "@diwan/egress";
import { egressPolicy, egressSettings, proxySettings } from "@diwan/egress/settings";
import { knownNames, readConfig } from "@diwan/kernel/node";
import { type Command, DONE, FAILED, print, UsageError } from "../command.ts";
import { projectRoot } from "../project.ts";

export const egressCommand: Command = {
  usage: "explain URL [--policy FILE] [--profile untrusted|platform] | render --out DIR [--policy FILE]",
  summary: "Tells what the egress policy says about an address, or renders the policy for Squid.",
  options: [
    ["--policy FILE", "the policy (EGRESS_POLICY_FILE, else egress.yaml here or in the project)"],
    ["--profile untrusted|platform", "who asks: an app's author (the default), or the product itself"],
    ["--out DIR", "folder for squid.conf, allow-untrusted.txt and allow-platform.txt"],
  ],
  async run(args) {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { policy: { type: "string" }, profile: { type: "string" }, out: { type: "string" } },
    });
    const [verb, url, ...more] = positionals;
    if (verb === "explain" && url !== undefined && more.length === 0 && values.out === undefined)
      return explain(readUrl(url), readPolicy(values.policy), readProfile(values.profile));
    if (verb === "render" && url === undefined && values.out !== undefined && values.profile === undefined)
      return render(readPolicy(values.policy), resolve(values.out));
    throw new UsageError("Say what to explain, or where to render to.");
  },
};

async function explain(url: URL, policy: EgressPolicy, profile: EgressProfile): Promise<number> {
  const { EGRESS_DNS_SERVERS: servers } = readConfig(proxySettings, process.env, knownNames);
  const resolver = servers.length === 0 ? systemResolver : nameServerResolver(servers);
  const explanation = await explainUrl({ policy, resolver, now: Date.now() }, url, profile);
  print(JSON.stringify(explanation, null, 2));
  return explanation.allow ? DONE : FAILED;
}

function render(policy: EgressPolicy, folder: string): number {
  const config = readConfig(proxySettings, process.env, knownNames);
  const nameServers = config.EGRESS_DNS_SERVERS.map((server) => server.replace(/^\[(.*)\](:53)?$|:53$/, "$1"));
  const other = nameServers.find((server) => /\]|^[\d.]+:/.test(server));
  if (other !== undefined)
    throw new UsageError(`Squid asks name servers on port 53 only: EGRESS_DNS_SERVERS names ${other}.`);
  if (config.EGRESS_LOG !== "stdout" && !isAbsolute(config.EGRESS_LOG))
    throw new UsageError("EGRESS_LOG has to be an absolute path for Squid.");
  const files = renderSquid(
    policy,
    {
      folder,
      host: config.EGRESS_HOST,
      untrustedPort: config.EGRESS_UNTRUSTED_PORT,
      platformPort: config.EGRESS_PLATFORM_PORT,
      nameServers,
      log: config.EGRESS_LOG,
    },
    Date.now(),
  );
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  print(
    Object.keys(files)
      .map((name) => join(folder, name))
      .join("\n"),
  );
  return DONE;
}

function readUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && url.hostname !== "") return url;
  throw new UsageError(`"${text}" is no address. Write it like https://api.example.com/.`);
}

function readProfile(text = "untrusted"): EgressProfile {
  if (text === "untrusted" || text === "platform") return text;
  throw new UsageError(`--profile is untrusted or platform, not "${text}".`);
}

/** Named on the command line, or as the processes of this machine read theirs. */
function readPolicy(file: string | undefined): EgressPolicy {
  if (file !== undefined) return readPolicyFile(file);
  const config = readConfig(egressSettings, process.env, knownNames);
  const local = ["egress.yaml", join(projectRoot, "egress.yaml")].find((path) => existsSync(path));
  return egressPolicy({ ...config, EGRESS_POLICY_FILE: config.EGRESS_POLICY_FILE ?? local });
}
