import { nameServerResolver, systemResolver } from "@diwan/egress";
import { egressPolicy } from "@diwan/egress/settings";
import { createLogger, endWithReason, untilTold } from "@diwan/kernel/node";
import { egressProxyConfig } from "./config.ts";
import { openDecisionLog } from "./decision-log.ts";
import { openPolicySource } from "./policy-source.ts";
import { startEgressProxy } from "./start-egress-proxy.ts";

/** For requests under way when the process is told to stop. */
const DRAIN_MS = 30_000;

endWithReason();
const config = egressProxyConfig(process.env);
// Decisions have standard output for themselves.
const logger = createLogger({ component: "egress-proxy", level: config.LOG_LEVEL, destination: process.stderr });
const policies = openPolicySource(() => egressPolicy(config), config.EGRESS_POLICY_FILE, logger);
process.on("SIGHUP", policies.reload);
const servers = config.EGRESS_DNS_SERVERS;
const proxy = await startEgressProxy(
  {
    policy: policies.current,
    resolver: servers.length === 0 ? systemResolver : nameServerResolver(servers),
    log: openDecisionLog(config.EGRESS_LOG),
  },
  {
    host: config.EGRESS_HOST,
    untrustedPort: config.EGRESS_UNTRUSTED_PORT,
    platformPort: config.EGRESS_PLATFORM_PORT,
  },
);
const ended = untilTold(async () => {
  policies.close();
  await proxy.close(DRAIN_MS);
});
const { untrustedPort, platformPort } = proxy;
logger.info({ host: config.EGRESS_HOST, untrustedPort, platformPort }, "The egress proxy listens.");
process.exitCode = await ended;
