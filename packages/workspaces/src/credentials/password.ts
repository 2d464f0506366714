import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from "node:crypto";
import { AuthErrors } from "../errors.ts";

/** Cost of a hash; stored with it, so that it can grow. @source identity, accounts and sessions */
const cost = { N: 2 ** 16, r: 8, p: 1 };
const SALT_BYTES = 16;
const KEY_BYTES = 32;
const LEAST_CHARACTERS = 12;
/** A hash takes 64 MB for a tenth of a second. */
const AT_ONCE = 2;

/**
 * @throws auth.password-weak (caller) with the rule that was not met.
 */
export function checkPassword(password: string, email: string): void {
  const weak = (rule: string) =>
    AuthErrors["password-weak"]({ rule }, { details: [{ path: "password", message: rule }] });
  const characters = [...password];
  if (characters.length < LEAST_CHARACTERS) throw weak(`Use at least ${LEAST_CHARACTERS} characters.`);
  if (password.length > 1_000) throw weak("Use at most 1,000 characters.");
  if (new Set(characters).size < 5) throw weak("Use more than a few different characters.");
  if (password.toLowerCase() === email.toLowerCase()) throw weak("Do not use your e-mail address.");
}

/** `scrypt$N$r$p$salt$key`, the last two in base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const key = await derive(password, salt, cost);
  return ["scrypt", cost.N, cost.r, cost.p, salt.toString("base64url"), key.toString("base64url")].join("$");
}

/** Whether the password is the one; takes as long where there is no hash as where there is one. */
export async function passwordMatches(password: string, hash: string | null | undefined): Promise<boolean> {
  const [, N, r, p, salt, key] = (hash ?? nobody).split("$");
  const expected = Buffer.from(key!, "base64url");
  const found = await derive(password, Buffer.from(salt!, "base64url"), { N: Number(N), r: Number(r), p: Number(p) });
  return timingSafeEqual(found, expected) && hash !== null && hash !== undefined;
}

const nobody = ["scrypt", cost.N, cost.r, cost.p, "A".repeat(22), "A".repeat(43)].join("$");

let running = 0;
const waiting: (() => void)[] = [];

async function derive(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  if (running >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  running += 1;
  try {
    return await new Promise((resolve, reject) => {
      scrypt(password.normalize("NFKC"), salt, KEY_BYTES, { ...options, maxmem: 256 * 1024 * 1024 }, (error, key) =>
        error === null ? resolve(key) : reject(error),
      );
    });
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}
