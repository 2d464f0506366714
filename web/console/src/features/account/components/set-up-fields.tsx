import type { Locale } from "@diwan/contracts";
import { SelectField, TextField, useT } from "@diwan/ui";
import { Check, Circle } from "lucide-react";
import { type SetUpForm, type SetUpProblem, shortestPassword } from "../model/set-up-form.ts";

type SetUpFieldsProps = {
  form: SetUpForm;
  problems: Partial<Record<keyof SetUpForm, SetUpProblem>>;
  secretKnown: boolean;
  locale: Locale;
  onChange: (change: Partial<SetUpForm>) => void;
  onLocale: (locale: Locale) => void;
};

export function SetUpFields({ form, problems, secretKnown, locale, onChange, onLocale }: SetUpFieldsProps) {
  const t = useT();
  const errorOf = (field: keyof SetUpForm) => {
    const problem = problems[field];
    return problem === undefined ? undefined : t(`account.problem.${problem}`, { n: shortestPassword });
  };
  const longEnough = [...form.password].length >= shortestPassword;
  return (
    <>
      {!secretKnown && (
        <TextField
          label={t("account.secret")}
          hint={t("account.secret.hint")}
          error={errorOf("secret")}
          value={form.secret}
          onChange={(secret) => onChange({ secret })}
          autoComplete="off"
          dir="ltr"
        />
      )}
      <TextField
        label={t("account.name")}
        error={errorOf("name")}
        value={form.name}
        onChange={(name) => onChange({ name })}
        autoComplete="name"
      />
      <TextField
        label={t("account.email")}
        error={errorOf("email")}
        value={form.email}
        onChange={(email) => onChange({ email })}
        type="email"
        dir="ltr"
        autoComplete="username"
      />
      <TextField
        label={t("account.password")}
        error={errorOf("password")}
        hint={
          <span className={longEnough ? "rule met" : "rule"}>
            {longEnough ? <Check size={14} strokeWidth={2.4} aria-hidden /> : <Circle size={12} aria-hidden />}
            {t("account.password.rule", { n: shortestPassword })}
          </span>
        }
        value={form.password}
        onChange={(password) => onChange({ password })}
        type="password"
        dir="ltr"
        autoComplete="new-password"
      />
      <hr />
      <TextField
        label={t("account.workspace")}
        hint={t("account.workspace.hint")}
        error={errorOf("workspaceName")}
        value={form.workspaceName}
        onChange={(workspaceName) => onChange({ workspaceName })}
        autoComplete="organization"
      />
      <SelectField
        label={t("account.language")}
        value={locale}
        onChange={(value) => onLocale(value === "ar" ? "ar" : "en")}
        options={[
          { value: "en", text: "English", lang: "en" },
          { value: "ar", text: "العربية", lang: "ar" },
        ]}
      />
    </>
  );
}
