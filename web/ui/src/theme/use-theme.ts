import { useMantineColorScheme } from "@mantine/core";

export type ThemeName = "light" | "dark" | "system";

/** The person's choice of light, dark or the system's; kept in this browser for the next visit's first paint. */
export function useTheme(): { theme: ThemeName; setTheme: (theme: ThemeName) => void } {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return {
    theme: colorScheme === "auto" ? "system" : colorScheme,
    setTheme: (theme) => setColorScheme(theme === "system" ? "auto" : theme),
  };
}
