import type { ApiKey } from "@diwan/contracts";
import { Button, CopyButton, Dialog, FailedState, Loading, Notice, Skeleton, toast, useFormat, useT } from "@diwan/ui";
import { useQuery } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { useErrorText } from "../../../shared/api/error-text.ts";
import { DestroyDialog } from "../../../shared/destroy-dialog.tsx";
import { keysQuery, useCreateKey, useRevokeKey } from "../api/key-queries.ts";

type KeyListProps = { appId: string; onCreated: (value: string) => void };

export function KeyList({ appId, onCreated }: KeyListProps) {
  const t = useT();
  const sentence = useErrorText();
  const keys = useQuery(keysQuery(appId));
  const create = useCreateKey(appId);
  const [shown, setShown] = useState<string>();
  const [revoking, setRevoking] = useState<ApiKey>();
  return (
    <section className="card access-card" aria-label={t("access.keys")}>
      <div className="access-head">
        <h3>{t("access.keys")}</h3>
        <Button
          variant="primary"
          icon={<Plus aria-hidden />}
          busy={create.isPending}
          onClick={() =>
            create.mutate(undefined, {
              onSuccess: (key) => {
                setShown(key.value);
                onCreated(key.value);
              },
            })
          }
        >
          {t("access.create")}
        </Button>
      </div>
      {create.isError && (
        <Notice tone="bad" alert>
          {sentence(create.error).why}
        </Notice>
      )}
      {keys.isPending && (
        <Loading>
          <Skeleton style={{ blockSize: 56 }} />
        </Loading>
      )}
      {keys.isError && (
        <FailedState what={t("access.failed")} {...sentence(keys.error)} onRetry={() => void keys.refetch()} />
      )}
      {keys.data?.data.length === 0 && <p className="muted small">{t("access.empty")}</p>}
      {keys.data !== undefined && keys.data.data.length > 0 && (
        <ul className="key-list">
          {keys.data.data.map((key) => (
            <KeyRow key={key.id} apiKey={key} onRevoke={() => setRevoking(key)} />
          ))}
        </ul>
      )}
      <NewKeyDialog value={shown} onClose={() => setShown(undefined)} />
      <RevokeDialog appId={appId} apiKey={revoking} onClose={() => setRevoking(undefined)} />
    </section>
  );
}

function KeyRow({ apiKey, onRevoke }: { apiKey: ApiKey; onRevoke: () => void }) {
  const t = useT();
  const format = useFormat();
  return (
    <li>
      <KeyRound size={16} className="faint" aria-hidden />
      <bdi className="mono strong" dir="ltr">
        {apiKey.prefix}…
      </bdi>
      <span className="small muted grow">
        {t("access.created", { when: format.ago(apiKey.created_at) })}
        {" · "}
        {apiKey.last_used_at === null
          ? t("access.never-used")
          : t("access.used", { when: format.ago(apiKey.last_used_at) })}
      </span>
      <Button variant="quiet" size="sm" onClick={onRevoke}>
        {t("access.revoke")}
      </Button>
    </li>
  );
}

/** The one time a key is shown. */
function NewKeyDialog({ value, onClose }: { value: string | undefined; onClose: () => void }) {
  const t = useT();
  return (
    <Dialog
      open={value !== undefined}
      onClose={onClose}
      title={t("access.new.title")}
      size="large"
      actions={
        <>
          <Button onClick={onClose}>{t("access.new.done")}</Button>
          {value !== undefined && <CopyButton text={value}>{t("access.new.copy")}</CopyButton>}
        </>
      }
    >
      <p className="muted">{t("access.new.text")}</p>
      <output className="new-key" dir="ltr" aria-label={t("access.new.title")}>
        {value}
      </output>
    </Dialog>
  );
}

function RevokeDialog({ appId, apiKey, onClose }: { appId: string; apiKey: ApiKey | undefined; onClose: () => void }) {
  const t = useT();
  const revoke = useRevokeKey(appId);
  const onConfirm = () =>
    apiKey !== undefined &&
    revoke.mutate(apiKey.id, {
      onSuccess: () => {
        onClose();
        toast("ok", t("access.revoked"));
      },
    });
  return (
    <DestroyDialog
      open={apiKey !== undefined}
      onClose={onClose}
      title={t("access.revoke.title", { prefix: `\u2068${apiKey?.prefix ?? ""}…\u2069` })}
      confirm={t("access.revoke")}
      onConfirm={onConfirm}
      mutation={revoke}
    >
      <p>{t("access.revoke.text")}</p>
    </DestroyDialog>
  );
}
