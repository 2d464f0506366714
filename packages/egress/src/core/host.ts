/** A host as rules compare it: lower case, without brackets and without the dot that may end a full name. */
export function plainHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, "$1")
    .replace(/\.$/, "");
}

/** @source the deployment contract, egress proxy: decision order */
export const internalEndings = ["svc", "internal", "local", "localhost", "home.arpa"];

/** The rule by which a name is one of the inner network's, undefined for any other. */
export function internalNameRule(host: string): string | undefined {
  if (!host.includes(".")) return "single-label names";
  const ending = internalEndings.find((one) => host === one || host.endsWith(`.${one}`));
  return ending === undefined ? undefined : `.${ending}`;
}

/** Whether an entry names the host: the same name, or with a leading dot the domain and all below it. */
export function matchesHost(entry: string, host: string): boolean {
  return entry.startsWith(".") ? host === entry.slice(1) || host.endsWith(entry) : host === entry;
}
