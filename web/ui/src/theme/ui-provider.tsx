import {
  createTheme,
  DirectionProvider,
  MantineProvider,
  type MantineThemeOverride,
  useDirection,
} from "@mantine/core";
import { type ReactNode, useEffect } from "react";
import { LiveRegion } from "../feedback/live-region.tsx";
import { Toaster } from "../feedback/toast.tsx";
import { I18n, useRightToLeft } from "../i18n/i18n.tsx";

/** Colours come from `tokens.css`; this only tells Mantine's own parts about sizes and timing. */
const theme: MantineThemeOverride = createTheme({
  fontFamily: "var(--font)",
  fontFamilyMonospace: "var(--mono)",
  defaultRadius: 8,
  cursorType: "pointer",
  respectReducedMotion: true,
});

/** Everything a page needs around it: texts, direction, theme, toasts and one polite live region. */
export function UiProvider({ children }: { children: ReactNode }) {
  return (
    <I18n>
      <DirectionProvider initialDirection={document.documentElement.dir === "rtl" ? "rtl" : "ltr"}>
        <MantineProvider
          theme={theme}
          defaultColorScheme="auto"
          withCssVariables={false}
          withGlobalClasses={false}
          withStaticClasses
        >
          <FollowLocale />
          {children}
          <Toaster />
          <LiveRegion />
        </MantineProvider>
      </DirectionProvider>
    </I18n>
  );
}

/** Menus and tooltips ask Mantine for the direction, so a change of language must reach it. */
function FollowLocale() {
  const rightToLeft = useRightToLeft();
  const { setDirection } = useDirection();
  useEffect(() => setDirection(rightToLeft ? "rtl" : "ltr"), [rightToLeft, setDirection]);
  return null;
}
