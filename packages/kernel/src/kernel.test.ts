import { expect, it } from "vitest";
import { asDiwanError, createIdSource, DiwanError, defineErrors, isUuid } from "./index.ts";

const Errors = defineErrors("oven", {
  "too-hot": { kind: "author", message: ({ degrees }: { degrees: number }) => `${degrees} degrees is too hot.` },
});

it("gives each declared error its code, kind and sentence", () => {
  const error = Errors["too-hot"]({ degrees: 400 }, { retryAfterMs: 10 });
  expect(error).toBeInstanceOf(DiwanError);
  expect(error).toMatchObject({
    code: "oven.too-hot",
    kind: "author",
    message: "400 degrees is too hot.",
    retryAfterMs: 10,
  });
});

it("turns a foreign error into a defect that keeps it as the cause", () => {
  const foreign = new TypeError("boom");
  const error = asDiwanError(foreign);
  expect(error).toMatchObject({ code: "defect.unexpected", kind: "defect" });
  expect(error.cause).toBe(foreign);
});

it("makes ids that are UUIDv7 and sort in the order they were made, also within one millisecond", () => {
  const ids = createIdSource(() => 1_700_000_000_000);
  const made = Array.from({ length: 10_000 }, () => ids.next());
  expect(made.every(isUuid)).toBe(true);
  expect(made[0]![14]).toBe("7");
  expect("89ab").toContain(made[0]![19]);
  expect([...made].sort()).toEqual(made);
  expect(new Set(made).size).toBe(made.length);
});

it("keeps sorting when the clock steps back", () => {
  const times = [2_000, 1_000, 1_000];
  const ids = createIdSource(() => times.shift() ?? 1_000);
  const [a, b, c] = [ids.next(), ids.next(), ids.next()];
  expect([a, b, c]).toEqual([a, b, c].sort());
});
