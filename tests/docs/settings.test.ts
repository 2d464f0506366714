import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { egressSettings, proxySettings } from "@diwan/egress/settings";
import { codeSettings, commonSettings, connectionSettings, type Settings } from "@diwan/kernel/node";
import { expect, it } from "vitest";

const guide = readFileSync(resolve(import.meta.dirname, "../../docs/guides/operating.md"), "utf8");
const declared: Settings = {
  ...commonSettings,
  ...connectionSettings,
  ...egressSettings,
  ...proxySettings,
  ...codeSettings,
};

it("the guide for operators names every setting, and the names that stand for it elsewhere", () => {
  const names = Object.entries(declared).flatMap(([name, { alias }]) => (alias === undefined ? [name] : [name, alias]));
  expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(guide))).toEqual([]);
});

it("the guide names the defaults that are in force", () => {
  const rows = [...guide.matchAll(/^\| (`[A-Z][^|]*) \| ([\d, ]+) \|/gm)];
  const written = rows.flatMap(([, names, defaults]) => {
    const each = defaults!.split(",").map((one) => Number(one.trim()));
    return [...names!.matchAll(/`(\w+)`/g)].map(([, name], place) => [name, each[place]]);
  });
  expect(written.length).toBeGreaterThan(25);
  const inForce = written.map(([name]) => [name, declared[String(name)]?.schema.parse(undefined)]);
  expect(written).toEqual(inForce);
});
