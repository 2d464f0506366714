import type { ModelUsage } from "@diwan/contracts";

/** Token counts, prices and latency add up; unit prices and currency are the later call's. */
export function addUsage(total: ModelUsage, next: ModelUsage): ModelUsage {
  return {
    ...next,
    prompt_tokens: total.prompt_tokens + next.prompt_tokens,
    completion_tokens: total.completion_tokens + next.completion_tokens,
    total_tokens: total.total_tokens + next.total_tokens,
    prompt_price: addDecimals(total.prompt_price, next.prompt_price),
    completion_price: addDecimals(total.completion_price, next.completion_price),
    total_price: addDecimals(total.total_price, next.total_price),
    latency: total.latency + next.latency,
  };
}

/** Adds decimal texts exactly; money is never a float. */
export function addDecimals(a: string, b: string): string {
  const digits = Math.max(fractionDigits(a), fractionDigits(b));
  const sum = scaled(a, digits) + scaled(b, digits);
  if (digits === 0) return sum.toString();
  const text = (sum < 0n ? -sum : sum).toString().padStart(digits + 1, "0");
  return `${sum < 0n ? "-" : ""}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

function fractionDigits(text: string): number {
  const point = text.indexOf(".");
  return point < 0 ? 0 : text.length - point - 1;
}

function scaled(text: string, digits: number): bigint {
  const [whole = "0", fraction = ""] = text.split(".");
  return BigInt(whole + fraction.padEnd(digits, "0"));
}
