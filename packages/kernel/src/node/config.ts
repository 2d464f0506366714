import { readFileSync } from "node:fs";
import { z } from "zod";
import { defineErrors } from "../errors.ts";

export const ConfigErrors = defineErrors("config", {
  invalid: {
    kind: "caller",
    message: ({ problems }: { problems: string[] }) =>
      `These settings need attention:\n${problems.map((problem) => `  ${problem}`).join("\n")}`,
  },
});

/** One setting: its meaning, unit and default stand beside its schema. */
export type Setting<Schema extends z.ZodType = z.ZodType> = {
  schema: Schema;
  meaning: string;
  /** Shown when the value is wrong. */
  example: string;
  /** Another name that operators know it by; its own counts where both are set. */
  alias?: string;
  /** Secrets may also come from the file named by `NAME_FILE`, and are masked wherever settings are shown. */
  secret?: boolean;
};

export type Settings = Record<string, Setting>;

export type ConfigOf<Declared extends Settings> = {
  [Name in keyof Declared]: z.output<Declared[Name]["schema"]>;
};

export function setting<Schema extends z.ZodType>(declared: Setting<Schema>): Setting<Schema> {
  return declared;
}

/**
 * What settings have to be together, as `name: what is wrong, example`.
 *
 * @param values  Those that are right by themselves.
 * @param isSet  Whether the environment names a setting at all, also with a wrong value.
 */
export type SettingsRule<Declared extends Settings> = (
  values: Partial<ConfigOf<Declared>>,
  isSet: (name: keyof Declared & string) => boolean,
) => string[];

/**
 * Reads settings from environment variables, once per process.
 *
 * @param known  Names beginning with `DIWAN_` that another process of ours reads; any further one is a mistake.
 * @throws config.invalid (caller) listing every problem as `name: what is wrong, example`.
 */
export function readConfig<Declared extends Settings>(
  declared: Declared,
  environment: Record<string, string | undefined>,
  known: readonly string[] = [],
  rule?: SettingsRule<Declared>,
): ConfigOf<Declared> {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [ownName, { schema, example, secret, alias }] of Object.entries(declared)) {
    const name = alias !== undefined && (environment[ownName] ?? "") === "" && environment[alias] ? alias : ownName;
    const raw = readRaw(name, secret === true, environment, problems);
    const result = schema.safeParse(raw);
    if (result.success) values[ownName] = result.data;
    else problems.push(`${name}: ${z.prettifyError(result.error).replace(/^✖ /, "")}, for example ${name}=${example}`);
  }
  for (const name of Object.keys(environment)) {
    if (!name.startsWith("DIWAN_") || name.startsWith("DIWAN_TEST_")) continue;
    const base = name.endsWith("_FILE") ? name.slice(0, -"_FILE".length) : name;
    if (name in declared || base in declared || known.includes(base)) continue;
    problems.push(`${name}: no setting has this name`);
  }
  const isSet = (name: string) => [name, `${name}_FILE`].some((one) => (environment[one] ?? "") !== "");
  problems.push(...(rule?.(values as Partial<ConfigOf<Declared>>, isSet) ?? []));
  if (problems.length > 0) throw ConfigErrors.invalid({ problems });
  return values as ConfigOf<Declared>;
}

function readRaw(
  name: string,
  secret: boolean,
  environment: Record<string, string | undefined>,
  problems: string[],
): string | undefined {
  const value = environment[name];
  const file = environment[`${name}_FILE`];
  if (!secret || file === undefined) return value === "" ? undefined : value;
  if (value !== undefined) {
    problems.push(`${name}: set either ${name} or ${name}_FILE, not both`);
    return value;
  }
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    problems.push(`${name}_FILE: ${file} cannot be read (${(error as NodeJS.ErrnoException).code})`);
    return undefined;
  }
}
