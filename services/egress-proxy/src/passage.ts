import {
  type Checked,
  checkDestination,
  type EgressPolicy,
  type EgressProfile,
  type EgressReason,
  type Resolver,
} from "@diwan/egress";
import { type Answer, problem, refusal } from "./answers.ts";
import { type Caller, callerOf, type Decision, type DecisionLog } from "./decision-log.ts";
import type { Target } from "./target.ts";

export type ProxyNeeds = {
  /** The one in force; asked anew for every request, never again during one. */
  policy(): EgressPolicy;
  resolver: Resolver;
  log: DecisionLog;
};

/** One request, from the question whether it may go out to the line in the log. */
export class Passage {
  readonly policy: EgressPolicy;
  readonly #log: DecisionLog;
  readonly #resolver: Resolver;
  readonly #profile: EgressProfile;
  readonly #method: string;
  readonly #caller: Caller;
  readonly #startedAt = performance.now();
  #target: Target | undefined;
  #checked: Checked | undefined;
  #logged = false;

  constructor(needs: ProxyNeeds, profile: EgressProfile, method: string, proxyAuthorization: string | undefined) {
    this.policy = needs.policy();
    this.#log = needs.log;
    this.#resolver = needs.resolver;
    this.#profile = profile;
    this.#method = method;
    this.#caller = callerOf(proxyAuthorization);
  }

  /**
   * Asks the policy.
   *
   * @returns The addresses that may be connected to, or what to answer instead; the latter is in the log by then.
   */
  async check(target: Target | undefined): Promise<{ addresses: string[] } | { answer: Answer }> {
    if (target === undefined) return this.#stop("malformed", problem(400));
    this.#target = target;
    const { scheme, host, port } = target;
    const question = { profile: this.#profile, method: this.#method, scheme, host, port, policy: this.policy };
    this.#checked = await checkDestination(this.#resolver, {
      ...question,
      toProxy: true,
      asker: "anyone",
      now: Date.now(),
    });
    const { verdict } = this.#checked;
    if (verdict === "unresolved") return this.#stop("unresolved", problem(502));
    if (!verdict.allow) return this.#stop("refused", refusal(this.#profile, target, verdict));
    return { addresses: verdict.addresses };
  }

  /** Writes the line, once. */
  end(verdict: Decision["verdict"], bytes: number): void {
    if (this.#logged) return;
    this.#logged = true;
    const { host = null, port = null } = this.#target ?? {};
    const decided = this.#checked?.verdict;
    const reason: EgressReason | null =
      decided === undefined || decided === "unresolved" ? null : (decided.reason ?? null);
    const rule = decided === undefined || decided === "unresolved" ? null : decided.rule;
    const ms = Math.round((performance.now() - this.#startedAt) * 10) / 10;
    const what = { host, port, method: this.#method, verdict, reason, rule };
    this.#log({ profile: this.#profile, ...this.#caller, ...what, bytes, ms });
  }

  #stop(verdict: Decision["verdict"], answer: Answer): { answer: Answer } {
    this.end(verdict, 0);
    return { answer };
  }
}
