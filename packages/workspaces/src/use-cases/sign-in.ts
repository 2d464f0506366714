import type { Clock, IdSource } from "@diwan/kernel";
import type { Account } from "../account.ts";
import { passwordMatches } from "../credentials/password.ts";
import { AuthErrors } from "../errors.ts";
import type { AccountStore, AttemptStore } from "../ports.ts";
import { countFailure, refuseAfter } from "./limit-attempts.ts";

type Needs = { accounts: AccountStore; attempts: AttemptStore; clock: Clock; ids: IdSource };

const WINDOW_MS = 15 * 60_000;

/**
 * The account that e-mail and password belong to. Unknown addresses, wrong passwords and suspended accounts look alike
 * and take the same time.
 *
 * @throws auth.credentials-wrong, auth.too-many-attempts (caller)
 */
export async function signIn(
  needs: Needs,
  request: { email: string; password: string; address: string },
): Promise<Account> {
  const email = request.email.trim().toLowerCase();
  const byAccount = { key: `sign-in:${email}`, failures: 5, windowMs: WINDOW_MS };
  const limits = [byAccount, { key: `sign-in-from:${request.address}`, failures: 20, windowMs: WINDOW_MS }];
  await refuseAfter(needs, limits);
  const account = await needs.accounts.findByEmail(email);
  const usable = account?.status === "active" ? account : undefined;
  if (!(await passwordMatches(request.password, usable?.passwordHash)) || usable === undefined) {
    await countFailure(needs, limits);
    throw AuthErrors["credentials-wrong"]();
  }
  await needs.attempts.clear(byAccount.key);
  return usable;
}
