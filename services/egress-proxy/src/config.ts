import { egressSettings, proxySettings } from "@diwan/egress/settings";
import { commonSettings as common, knownNames, readConfig } from "@diwan/kernel/node";

const declared = { ...egressSettings, ...proxySettings, LOG_LEVEL: common.LOG_LEVEL };

export function egressProxyConfig(environment: Record<string, string | undefined>) {
  return readConfig(declared, environment, knownNames);
}
