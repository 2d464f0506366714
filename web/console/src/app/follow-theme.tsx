import { useTheme } from "@diwan/ui";
import { useEffect } from "react";
import { useSession } from "../shared/session/use-session.ts";

/** The account's theme wins over what this browser remembered from someone else. */
export function FollowTheme() {
  const { account } = useSession();
  const { theme, setTheme } = useTheme();
  useEffect(() => {
    if (theme !== account.theme) setTheme(account.theme);
  }, [account.theme, theme, setTheme]);
  return null;
}
