import { expect, it } from "vitest";
import { Slots } from "./slots.ts";

it("gives out as many places as there are", () => {
  const slots = new Slots(2);
  expect([slots.take(), slots.take(), slots.take()]).toEqual([true, true, false]);
  slots.giveBack();
  expect(slots.take()).toBe(true);
});

it("serves those who wait in order, before anybody new", async () => {
  const slots = new Slots(1);
  const order: string[] = [];
  slots.take();
  const waiting = ["first", "second"].map((name) => slots.wait().then(() => order.push(name)));
  slots.giveBack();
  expect(slots.take()).toBe(false);
  slots.giveBack();
  await Promise.all(waiting);
  expect(order).toEqual(["first", "second"]);
});
