import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const root = resolve(import.meta.dirname, "../../../web");

export type LocaleName = "en" | "ar";

/** The console's texts, so that a flow is written once and read in both languages. */
export type Words = {
  locale: LocaleName;
  /** A text without placeholders. */
  (key: string): string;
  /** A text with a placeholder, as a pattern that takes anything in its place. */
  like(key: string): RegExp;
};

export function wordsOf(locale: LocaleName): Words {
  const own = join(root, "console", "src", "messages", locale);
  const files = [...readdirSync(own).map((file) => join(own, file)), join(root, `ui/src/messages/${locale}.messages`)];
  const texts: Record<string, string> = {};
  for (const file of files) Object.assign(texts, JSON.parse(readFileSync(file, "utf8")) as Record<string, string>);
  const say = (key: string) => {
    const text = texts[key];
    if (text === undefined) throw new Error(`The ${locale} catalogue lacks ${key}.`);
    return text;
  };
  const like = (key: string) => {
    const parts = say(key).split(/\{\w+\}/);
    return new RegExp(parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".*"));
  };
  return Object.assign(say, { locale, like });
}
