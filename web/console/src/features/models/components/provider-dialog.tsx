import type { ModelProvider } from "@diwan/contracts";
import { Button, Dialog, Notice, SelectField, TextField, toast, useT } from "@diwan/ui";
import { type FormEvent, useId, useState } from "react";
import { useErrorText } from "../../../shared/api/error-text.ts";
import { useSaveProvider } from "../api/provider-queries.ts";
import { checkProviderForm, commonProviders, type ProviderForm } from "../model/provider-form.ts";

const custom = "custom";

type ProviderDialogProps = {
  workspaceId: string;
  /** Given when its settings are replaced. */
  provider?: ModelProvider | undefined;
  onClose: () => void;
};

/** Adds an OpenAI-shaped endpoint, or replaces the settings of one. */
export function ProviderDialog({ workspaceId, provider, onClose }: ProviderDialogProps) {
  const t = useT();
  const sentence = useErrorText();
  const formId = useId();
  const save = useSaveProvider(workspaceId);
  const [first] = commonProviders;
  const [choice, setChoice] = useState<string>(provider === undefined ? first.id : custom);
  const [tried, setTried] = useState(false);
  const [form, setForm] = useState<ProviderForm>({
    provider: provider?.provider ?? first.id,
    baseUrl: provider?.base_url ?? first.address,
    apiKey: "",
  });
  const hasKey = provider?.key.set ?? false;
  const problems = checkProviderForm(form, hasKey);
  const errorOf = (field: keyof ProviderForm) => {
    const problem = problems[field];
    return !tried || problem === undefined ? undefined : t(`models.problem.${problem}`);
  };
  const choose = (id: string) => {
    setChoice(id);
    const common = commonProviders.find((candidate) => candidate.id === id);
    setForm({ ...form, provider: common?.id ?? "", baseUrl: common?.address ?? form.baseUrl });
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(problems).length > 0) return;
    save.mutate(
      { provider: form.provider.trim(), base_url: form.baseUrl.trim(), api_key: form.apiKey.trim() },
      {
        onSuccess: () => {
          toast("ok", t("models.saved"));
          onClose();
        },
      },
    );
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={provider === undefined ? t("models.add") : t("models.replace.title", { name: provider.label })}
      size="large"
      actions={
        <>
          <Button onClick={onClose}>{t("app.cancel")}</Button>
          <Button type="submit" form={formId} variant="primary" busy={save.isPending}>
            {t("models.save")}
          </Button>
        </>
      }
    >
      <form id={formId} className="provider-form" onSubmit={submit} noValidate>
        {save.isError && (
          <Notice tone="bad" alert>
            {sentence(save.error).why}
          </Notice>
        )}
        {provider === undefined && (
          <SelectField
            label={t("models.provider")}
            hint={t("models.provider.hint")}
            value={choice}
            onChange={choose}
            options={[
              ...commonProviders.map(({ id, name }) => ({ value: id, text: `${name} · ${id}` })),
              { value: custom, text: t("models.provider.custom") },
            ]}
          />
        )}
        {provider === undefined && choice === custom && (
          <TextField
            label={t("models.provider.id")}
            error={errorOf("provider")}
            value={form.provider}
            onChange={(value) => setForm({ ...form, provider: value })}
            placeholder="acme/llm/llm"
            dir="ltr"
            autoComplete="off"
          />
        )}
        <TextField
          label={t("models.address")}
          hint={t("models.address.hint")}
          error={errorOf("baseUrl")}
          value={form.baseUrl}
          onChange={(baseUrl) => setForm({ ...form, baseUrl })}
          placeholder="https://llm.example.com/v1"
          type="url"
          dir="ltr"
          autoComplete="off"
        />
        <TextField
          label={t("models.key")}
          hint={hasKey ? t("models.key.kept") : t("models.key.hint")}
          error={errorOf("apiKey")}
          value={form.apiKey}
          onChange={(apiKey) => setForm({ ...form, apiKey })}
          type="password"
          dir="ltr"
          autoComplete="off"
        />
      </form>
    </Dialog>
  );
}
