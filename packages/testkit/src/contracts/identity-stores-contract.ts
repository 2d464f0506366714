import type {
  Account,
  AccountStore,
  AttemptStore,
  DataKeyStore,
  InstallationStore,
  Session,
  SessionStore,
  Workspace,
} from "@diwan/workspaces";
import { expect, it } from "vitest";
import { ids, noon } from "./samples.ts";

export function anAccount(change: Partial<Account> = {}): Account {
  const id = ids.next<"account">();
  return {
    id,
    email: `${id}@example.test`,
    name: "Ada",
    passwordHash: "scrypt$…",
    status: "active",
    locale: "en",
    theme: "system",
    instanceOperator: true,
    createdAt: noon,
    ...change,
  };
}

export function aWorkspace(change: Partial<Workspace> = {}): Workspace {
  const id = ids.next<"workspace">();
  return { id, name: "Readers", slug: id, createdAt: noon, ...change };
}

/** What every AccountStore promises. @param open  Gives a store without any account. */
export function accountStoreContract(open: () => Promise<AccountStore>): void {
  it("makes one owner, also of several set-ups at the same moment", async () => {
    const accounts = await open();
    expect(await accounts.findOwner()).toBeUndefined();
    const candidates = [anAccount(), anAccount(), anAccount()];
    const made = await Promise.all(candidates.map((owner) => accounts.createOwner(owner, aWorkspace())));
    expect(made.filter(Boolean)).toHaveLength(1);
    expect(await accounts.findOwner()).toEqual(candidates[made.indexOf(true)]);
    expect(await accounts.createOwner(anAccount(), aWorkspace())).toBe(false);
  });

  it("finds an account by address and id, with its workspaces by name", async () => {
    const accounts = await open();
    const owner = anAccount({ passwordHash: null });
    const home = aWorkspace();
    await accounts.createOwner(owner, home);
    expect(await accounts.find(owner.id)).toEqual(owner);
    expect(await accounts.findByEmail(owner.email)).toEqual(owner);
    expect(await accounts.findByEmail("nobody@example.test")).toBeUndefined();
    expect(await accounts.memberships(owner.id)).toEqual([{ workspace: home, role: "owner" }]);
    expect(await accounts.memberships(ids.next())).toEqual([]);
  });

  it("changes what it is told to and nothing else", async () => {
    const accounts = await open();
    const owner = anAccount();
    await accounts.createOwner(owner, aWorkspace());
    await accounts.update(owner.id, { locale: "ar", passwordHash: "new" });
    await accounts.update(owner.id, {});
    expect(await accounts.find(owner.id)).toEqual({ ...owner, locale: "ar", passwordHash: "new" });
  });
}

/** @param open  Gives a store and an account that sessions may belong to. */
export function sessionStoreContract(open: () => Promise<{ sessions: SessionStore; account: Account }>): void {
  const aSession = (account: Account, change: Partial<Session> = {}): Session => {
    const id = ids.next<"session">();
    return {
      id,
      accountId: account.id,
      tokenHash: `token ${id}`,
      csrfHash: "csrf",
      ip: "127.0.0.1",
      userAgent: "Firefox",
      createdAt: noon,
      lastSeenAt: noon,
      idleExpiresAt: noon + 100,
      expiresAt: noon + 1_000,
      ...change,
    };
  };

  it("finds a session by its token until it expires by idling or by age", async () => {
    const { sessions, account } = await open();
    const session = aSession(account);
    await sessions.insert(session);
    expect(await sessions.findLive(session.tokenHash, noon + 99)).toEqual(session);
    expect(await sessions.findLive(session.tokenHash, noon + 100)).toBeUndefined();
    await sessions.touch(session.id, noon + 90, noon + 5_000);
    expect(await sessions.findLive(session.tokenHash, noon + 999)).toMatchObject({ lastSeenAt: noon + 90 });
    expect(await sessions.findLive(session.tokenHash, noon + 1_000)).toBeUndefined();
    expect(await sessions.findLive("another token", noon)).toBeUndefined();
  });

  it("finds no session that was revoked", async () => {
    const { sessions, account } = await open();
    const [one, other] = [aSession(account), aSession(account)];
    await sessions.insert(one);
    await sessions.insert(other);
    await sessions.revoke(one.id, noon, "signed-out");
    expect(await sessions.findLive(one.tokenHash, noon)).toBeUndefined();
    expect(await sessions.findLive(other.tokenHash, noon)).toEqual(other);
  });

  it("renews the CSRF secret of one session", async () => {
    const { sessions, account } = await open();
    const session = aSession(account);
    await sessions.insert(session);
    await sessions.renewCsrf(session.id, "fresh");
    expect(await sessions.findLive(session.tokenHash, noon)).toEqual({ ...session, csrfHash: "fresh" });
  });
}

export function attemptStoreContract(open: () => AttemptStore): void {
  it("counts failures of a key within a window and forgets them when told", async () => {
    const attempts = open();
    const [key, other] = [`address ${ids.next()}`, "x".repeat(5_000)];
    for (const at of [noon, noon + 10, noon + 20]) await attempts.add(key, at);
    await attempts.add(other, noon);
    expect(await attempts.count(key, noon + 10)).toBe(2);
    await attempts.clear(key);
    expect(await attempts.count(key, noon)).toBe(0);
    expect(await attempts.count(other, noon)).toBe(1);
  });
}

export function installationStoreContract(open: () => InstallationStore): void {
  it("keeps a fact, replaces it, and forgets it", async () => {
    const installation = open();
    const key = `fact ${ids.next()}`;
    expect(await installation.read(key)).toBeUndefined();
    await installation.write(key, "one");
    await installation.write(key, "two");
    expect(await installation.read(key)).toBe("two");
    await installation.remove(key);
    expect(await installation.read(key)).toBeUndefined();
  });

  it("lets the first of several writers decide", async () => {
    const installation = open();
    const key = `fact ${ids.next()}`;
    const values = await Promise.all(["a", "b", "c"].map((value) => installation.writeIfAbsent(key, value)));
    expect(new Set(values).size).toBe(1);
    expect(await installation.writeIfAbsent(key, "d")).toBe(values[0]);
  });
}

/** @param open  Gives a store and a workspace without keys. */
export function dataKeyStoreContract(open: () => Promise<{ keys: DataKeyStore; workspace: Workspace }>): void {
  const aKey = () => ({ id: ids.next(), wrapped: "sealed", kekId: "k1" });

  it("gives all first callers of a workspace the same key", async () => {
    const { keys, workspace } = await open();
    const scope = { workspaceId: workspace.id };
    const given = await Promise.all([1, 2, 3, 4].map(() => keys.active(scope, aKey)));
    expect(new Set(given.map(({ id }) => id)).size).toBe(1);
    expect(await keys.active(scope, aKey)).toEqual(given[0]);
  });

  it("shows a key to its own workspace only", async () => {
    const { keys, workspace } = await open();
    const key = await keys.active({ workspaceId: workspace.id }, aKey);
    expect(await keys.find({ workspaceId: workspace.id }, key.id)).toEqual(key);
    expect(await keys.find({ workspaceId: ids.next() }, key.id)).toBeUndefined();
  });
}
