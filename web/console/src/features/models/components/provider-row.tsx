import type { ModelProvider } from "@diwan/contracts";
import { Button, Chip, IconButton, Menu, Notice, useT } from "@diwan/ui";
import { FlaskConical, Lock, MoreHorizontal, PenLine, PlugZap, Trash2 } from "lucide-react";
import { useErrorText } from "../../../shared/api/error-text.ts";
import { useTestProvider } from "../api/provider-queries.ts";

type ProviderRowProps = {
  workspaceId: string;
  provider: ModelProvider;
  mayChange: boolean;
  onReplace: () => void;
  onRemove: () => void;
};

export function ProviderRow({ workspaceId, provider, mayChange, onReplace, onRemove }: ProviderRowProps) {
  const t = useT();
  const sentence = useErrorText();
  const test = useTestProvider(workspaceId);
  const own = provider.source === "workspace";
  return (
    <li className="provider">
      <span className="tile" data-fam={provider.demo ? "gold" : "model"} aria-hidden>
        {provider.demo ? <FlaskConical size={18} /> : <PlugZap size={18} />}
      </span>
      <div className="stack grow">
        <div className="row wrap">
          <h2>
            <bdi dir="auto">{provider.label}</bdi>
          </h2>
          {provider.demo && (
            <Chip tone="gold" icon={<FlaskConical aria-hidden />}>
              {t("app.demo-answers")}
            </Chip>
          )}
          {provider.source === "environment" && (
            <Chip icon={<Lock aria-hidden />}>{t("models.source.environment")}</Chip>
          )}
        </div>
        <p className="small faint">
          <bdi className="mono" dir="ltr">
            {provider.provider}
          </bdi>
        </p>
        {provider.demo ? (
          <p className="small muted">{t("models.demo.text")}</p>
        ) : (
          <p className="small muted row wrap">
            <bdi dir="ltr">{provider.base_url}</bdi>
            <span>
              {provider.key.set
                ? t("models.key-set", { hint: `\u2066${provider.key.hint}\u2069` })
                : t("models.no-key")}
            </span>
          </p>
        )}
        {test.isSuccess && (
          <Notice tone="ok" alert>
            <p>{t("models.test.ok", { count: test.data.models.length })}</p>
            <p className="small mono" dir="ltr">
              {test.data.models.join(", ")}
            </p>
          </Notice>
        )}
        {test.isError && (
          <Notice tone="bad" alert>
            {t("models.test.failed")} <bdi>{sentence(test.error).why}</bdi>
          </Notice>
        )}
      </div>
      <div className="row provider-actions">
        {!provider.demo && (
          <Button busy={test.isPending} onClick={() => test.mutate(provider.provider)}>
            {t("models.test")}
            <span className="vh">: {provider.label}</span>
          </Button>
        )}
        {own && mayChange && (
          <Menu
            trigger={
              <IconButton label={t("app.more-of", { name: provider.label })}>
                <MoreHorizontal aria-hidden />
              </IconButton>
            }
            entries={[
              { text: t("models.replace"), icon: <PenLine size={16} aria-hidden />, onSelect: onReplace },
              { text: t("models.remove"), icon: <Trash2 size={16} aria-hidden />, danger: true, onSelect: onRemove },
            ]}
          />
        )}
      </div>
    </li>
  );
}
