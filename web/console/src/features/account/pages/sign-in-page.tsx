import { Button, Notice, TextField, useLocaleName, useT } from "@diwan/ui";
import { useQuery } from "@tanstack/react-query";
import { Navigate, useRouter, useSearch } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { showLocale } from "../../../messages/load.ts";
import { useErrorText } from "../../../shared/api/error-text.ts";
import { usePageTitle } from "../../../shared/page-title.ts";
import { setupQuery, useSignIn } from "../api/account-mutations.ts";
import { BarePage } from "../components/bare-page.tsx";
import { safeNext } from "../model/set-up-form.ts";

export function SignInPage() {
  const t = useT();
  usePageTitle(t("account.sign-in"));
  const sentence = useErrorText();
  const locale = useLocaleName();
  const router = useRouter();
  const { next } = useSearch({ from: "/signin" });
  const setup = useQuery(setupQuery);
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const signIn = useSignIn(() => router.history.push(safeNext(next)));
  if (setup.data?.required) return <Navigate to="/setup" replace />;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate({ email: email.trim(), password });
  };
  const other =
    locale === "en" ? ({ locale: "ar", name: "العربية" } as const) : ({ locale: "en", name: "English" } as const);
  return (
    <BarePage
      title={t("account.sign-in")}
      lead={next === undefined ? t("account.sign-in.lead") : t("account.sign-in.back")}
    >
      <form onSubmit={submit}>
        {signIn.isError && (
          <Notice tone="bad" alert>
            {sentence(signIn.error).why}
          </Notice>
        )}
        <TextField
          label={t("account.email")}
          value={email}
          onChange={setEmail}
          type="email"
          dir="ltr"
          autoComplete="username"
          required
        />
        <TextField
          label={t("account.password")}
          value={password}
          onChange={setPassword}
          type="password"
          dir="ltr"
          autoComplete="current-password"
          required
        />
        <Button type="submit" variant="primary" busy={signIn.isPending}>
          {t("account.sign-in")}
        </Button>
        <Button variant="quiet" onClick={() => void showLocale(other.locale)} lang={other.locale}>
          {other.name}
        </Button>
      </form>
    </BarePage>
  );
}
