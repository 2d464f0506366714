import type { ModelProvider } from "@diwan/contracts";
import { Button, DeniedState, FailedState, Loading, Skeleton, useT } from "@diwan/ui";
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { ApiError } from "../../../shared/api/api-error.ts";
import { useErrorText } from "../../../shared/api/error-text.ts";
import { usePageTitle } from "../../../shared/page-title.ts";
import { mayAdminister, useWorkspace } from "../../../shared/session/use-session.ts";
import { providersQuery } from "../api/provider-queries.ts";
import { ProviderDialog } from "../components/provider-dialog.tsx";
import { ProviderRow } from "../components/provider-row.tsx";
import { RemoveProviderDialog } from "../components/remove-provider-dialog.tsx";
import "../models.css";

type Open = { kind: "add" } | { kind: "replace" | "remove"; provider: ModelProvider };

export function ModelsPage() {
  const t = useT();
  usePageTitle(t("models.title"));
  const workspace = useWorkspace();
  const sentence = useErrorText();
  const providers = useQuery(providersQuery(workspace.id));
  const [open, setOpen] = useState<Open>();
  const mayChange = mayAdminister(workspace);
  const close = () => setOpen(undefined);
  return (
    <div className="page models-page">
      <header className="page-head">
        <h1>{t("models.title")}</h1>
        <Button
          variant="primary"
          icon={<Plus aria-hidden />}
          notNow={mayChange ? undefined : t("models.not-allowed")}
          onClick={() => setOpen({ kind: "add" })}
        >
          {t("models.add")}
        </Button>
      </header>
      <p className="lead">{t("models.lead")}</p>
      {providers.isPending && (
        <Loading onRetry={() => void providers.refetch()}>
          <Skeleton style={{ blockSize: 280, borderRadius: 14 }} />
        </Loading>
      )}
      {providers.isError &&
        (providers.error instanceof ApiError && providers.error.status === 403 ? (
          <DeniedState title={t("models.denied")} text={t("models.not-allowed")} />
        ) : (
          <FailedState
            what={t("models.failed")}
            {...sentence(providers.error)}
            onRetry={() => void providers.refetch()}
          />
        ))}
      {providers.data !== undefined && (
        <ul className="card">
          {providers.data.data.map((provider) => (
            <ProviderRow
              key={`${provider.source} ${provider.provider}`}
              workspaceId={workspace.id}
              provider={provider}
              mayChange={mayChange}
              onReplace={() => setOpen({ kind: "replace", provider })}
              onRemove={() => setOpen({ kind: "remove", provider })}
            />
          ))}
        </ul>
      )}
      {open?.kind === "add" && <ProviderDialog workspaceId={workspace.id} onClose={close} />}
      {open?.kind === "replace" && (
        <ProviderDialog workspaceId={workspace.id} provider={open.provider} onClose={close} />
      )}
      {open?.kind === "remove" && (
        <RemoveProviderDialog workspaceId={workspace.id} provider={open.provider} onClose={close} />
      )}
    </div>
  );
}
