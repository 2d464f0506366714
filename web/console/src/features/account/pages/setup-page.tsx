import { Button, buttonClass, FailedState, Loading, Notice, Skeleton, useLocaleName, useT } from "@diwan/ui";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { showLocale } from "../../../messages/load.ts";
import { useErrorText } from "../../../shared/api/error-text.ts";
import { usePageTitle } from "../../../shared/page-title.ts";
import { setupQuery, useSetUp } from "../api/account-mutations.ts";
import { BarePage } from "../components/bare-page.tsx";
import { SetUpFields } from "../components/set-up-fields.tsx";
import { checkSetUpForm, secretOf } from "../model/set-up-form.ts";

export function SetupPage() {
  const t = useT();
  usePageTitle(t("account.setup.title"));
  const sentence = useErrorText();
  const setup = useQuery(setupQuery);
  if (setup.isPending) {
    return (
      <BarePage title={t("account.setup.title")}>
        <Loading>
          <Skeleton style={{ blockSize: 320, marginBlockStart: 20 }} />
        </Loading>
      </BarePage>
    );
  }
  if (setup.isError) {
    const { why, requestId } = sentence(setup.error);
    return (
      <BarePage title={t("account.setup.title")}>
        <FailedState what={t("account.setup.failed")} why={why} requestId={requestId} onRetry={() => setup.refetch()} />
      </BarePage>
    );
  }
  if (!setup.data.required) {
    return (
      <BarePage title={t("account.setup.done")} lead={t("account.setup.done.text")}>
        <p style={{ marginBlockStart: 20 }}>
          <Link to="/signin" className={buttonClass("primary")}>
            {t("account.sign-in")}
          </Link>
        </p>
      </BarePage>
    );
  }
  return <SetUpForm />;
}

function SetUpForm() {
  const t = useT();
  const sentence = useErrorText();
  const navigate = useNavigate();
  const locale = useLocaleName();
  const [printed] = useState(() => secretOf(location.hash));
  const [form, setForm] = useState({ secret: printed, name: "", email: "", password: "", workspaceName: "" });
  const [tried, setTried] = useState(false);
  const setUp = useSetUp(() => void navigate({ to: "/studio", replace: true }));
  const problems = checkSetUpForm(form);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(problems).length > 0) {
      const { currentTarget } = event;
      requestAnimationFrame(() => currentTarget.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
      return;
    }
    setUp.mutate({
      secret: form.secret.trim(),
      name: form.name.trim(),
      email: form.email.trim(),
      password: form.password,
      workspace_name: form.workspaceName.trim(),
      locale,
    });
  };
  return (
    <BarePage title={t("account.setup.title")} lead={t("account.setup.lead")}>
      <form onSubmit={submit} noValidate>
        {setUp.isError && (
          <Notice tone="bad" alert>
            {sentence(setUp.error).why}
          </Notice>
        )}
        <SetUpFields
          form={form}
          problems={tried ? problems : {}}
          secretKnown={printed !== "" && !setUp.isError}
          locale={locale}
          onChange={(change) => setForm({ ...form, ...change })}
          onLocale={(chosen) => void showLocale(chosen)}
        />
        <Button type="submit" variant="primary" busy={setUp.isPending}>
          {t("account.setup.submit")}
        </Button>
      </form>
    </BarePage>
  );
}
