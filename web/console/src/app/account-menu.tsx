import type { Account } from "@diwan/contracts";
import { Hint, Menu, type MenuEntry, type ThemeName, toast, useT } from "@diwan/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { LogOut } from "lucide-react";
import type { ComponentProps } from "react";
import { showLocale } from "../messages/load.ts";
import { api } from "../shared/api/call.ts";
import { useErrorText } from "../shared/api/error-text.ts";
import { sessionQuery } from "../shared/session/session-queries.ts";
import { useSession } from "../shared/session/use-session.ts";

const themes: ThemeName[] = ["light", "dark", "system"];

/** Language names stand in their own language. */
const languages = [
  { locale: "en", name: "English" },
  { locale: "ar", name: "العربية" },
] as const;

export function AccountMenu({ slim }: { slim: boolean }) {
  const t = useT();
  const { account } = useSession();
  const queryClient = useQueryClient();
  const router = useRouter();
  const sentence = useErrorText();
  const change = useMutation({
    mutationFn: (body: Partial<Pick<Account, "locale" | "theme">>) => api("PATCH /console/api/account", { body }),
    onMutate: async (body) => {
      if (body.locale !== undefined) await showLocale(body.locale);
      queryClient.setQueryData(sessionQuery.queryKey, (old) => old && { ...old, account: { ...old.account, ...body } });
    },
    onError: (error) => toast("bad", sentence(error).why),
  });
  const signOut = useMutation({
    mutationFn: () => api("POST /console/api/auth/sign-out", {}),
    onSuccess: async () => {
      queryClient.clear();
      await router.navigate({ to: "/signin" });
    },
    onError: (error) => toast("bad", sentence(error).why),
  });
  const entries: MenuEntry[] = [
    { kind: "label", text: account.email },
    { kind: "divider" },
    { kind: "label", text: t("frame.language") },
    ...languages.map(({ locale, name }) => ({
      text: name,
      lang: locale,
      checked: account.locale === locale,
      onSelect: () => change.mutate({ locale }),
    })),
    { kind: "divider" },
    { kind: "label", text: t("frame.theme") },
    ...themes.map((theme) => ({
      text: t(`frame.theme.${theme}`),
      checked: account.theme === theme,
      onSelect: () => change.mutate({ theme }),
    })),
    { kind: "divider" },
    {
      text: t("frame.sign-out"),
      icon: <LogOut size={16} className="flip" aria-hidden />,
      onSelect: () => signOut.mutate(),
    },
  ];
  return (
    <Menu align="start" side="top" entries={entries} trigger={<AccountButton name={account.name} slim={slim} />} />
  );
}

type AccountButtonProps = ComponentProps<"button"> & { name: string; slim: boolean };

/** The menu hands its own handlers and ref to this; they belong on the button, not on the tooltip around it. */
function AccountButton({ name, slim, ...rest }: AccountButtonProps) {
  const t = useT();
  const button = (
    <button {...rest} type="button" className="nav account" aria-label={t("frame.account", { name })}>
      {/* Drawn by the style sheet: a letter is no part of the button's label. */}
      <i className="avatar" data-letter={[...name][0]} aria-hidden />
      <span className="ell" dir="auto" aria-hidden>
        {name}
      </span>
    </button>
  );
  return slim ? (
    <Hint label={name} side="end">
      {button}
    </Hint>
  ) : (
    button
  );
}
