/** As callers name them. */
export const languages = ["python3", "nodejs"] as const;

export type Language = (typeof languages)[number];

export function isLanguage(name: string): name is Language {
  return (languages as readonly string[]).includes(name);
}
