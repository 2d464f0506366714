import type { Clock, IdSource } from "@diwan/kernel";
import type { Account, Workspace } from "../account.ts";
import { checkPassword, hashPassword } from "../credentials/password.ts";
import { hashToken, newToken, sameText } from "../credentials/token.ts";
import { SetupErrors } from "../errors.ts";
import type { AccountStore, AttemptStore, InstallationStore } from "../ports.ts";
import { countFailure, refuseAfter } from "./limit-attempts.ts";

type Needs = {
  accounts: AccountStore;
  installation: InstallationStore;
  attempts: AttemptStore;
  clock: Clock;
  ids: IdSource;
};

const SECRET_KEY = "setup-secret";

/**
 * Makes the secret that lets its holder become the owner.
 *
 * @param given  `INIT_PASSWORD`, where it is set.
 * @returns Undefined once there is an owner.
 */
export async function prepareSetup(
  { accounts, installation }: Pick<Needs, "accounts" | "installation">,
  given: string | undefined,
): Promise<string | undefined> {
  if ((await accounts.findOwner()) !== undefined) return undefined;
  const secret = given ?? newToken();
  await installation.write(SECRET_KEY, hashToken(secret));
  return secret;
}

export type SetupRequest = {
  secret: string;
  email: string;
  name: string;
  password: string;
  workspaceName: string;
  locale: Account["locale"];
  /** Where the request came from. */
  address: string;
};

const LIMIT = { failures: 5, windowMs: 15 * 60_000 };

/**
 * Makes the first account, its workspace, and makes the one the owner of the other.
 *
 * @throws setup.secret-wrong, setup.done, auth.password-weak, auth.too-many-attempts (caller)
 */
export async function setUp(needs: Needs, request: SetupRequest): Promise<Account> {
  if ((await needs.accounts.findOwner()) !== undefined) throw SetupErrors.done();
  const attempt = { key: `setup:${request.address}`, ...LIMIT };
  await refuseAfter(needs, [attempt]);
  const stored = await needs.installation.read(SECRET_KEY);
  if (stored === undefined || !sameText(stored, hashToken(request.secret))) {
    await countFailure(needs, [attempt]);
    throw SetupErrors["secret-wrong"]();
  }
  const email = request.email.trim().toLowerCase();
  checkPassword(request.password, email);
  const now = needs.clock.now();
  const account: Account = {
    id: needs.ids.next<"account">(),
    email,
    name: request.name.trim(),
    passwordHash: await hashPassword(request.password),
    status: "active",
    locale: request.locale,
    theme: "system",
    instanceOperator: true,
    createdAt: now,
  };
  const workspace: Workspace = {
    id: needs.ids.next<"workspace">(),
    name: request.workspaceName.trim(),
    slug: "main",
    createdAt: now,
  };
  if (!(await needs.accounts.createOwner(account, workspace))) throw SetupErrors.done();
  await needs.installation.remove(SECRET_KEY);
  return account;
}
