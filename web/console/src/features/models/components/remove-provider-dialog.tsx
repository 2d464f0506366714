import type { ModelProvider } from "@diwan/contracts";
import { Button, Dialog, Notice, toast, useT } from "@diwan/ui";
import { useErrorText } from "../../../shared/api/error-text.ts";
import { useRemoveProvider } from "../api/provider-queries.ts";

type RemoveProviderDialogProps = { workspaceId: string; provider: ModelProvider; onClose: () => void };

export function RemoveProviderDialog({ workspaceId, provider, onClose }: RemoveProviderDialogProps) {
  const t = useT();
  const sentence = useErrorText();
  const remove = useRemoveProvider(workspaceId);
  return (
    <Dialog
      open
      onClose={onClose}
      title={t("models.remove.title", { name: provider.label })}
      actions={
        <>
          <Button onClick={onClose} data-autofocus>
            {t("app.cancel")}
          </Button>
          <Button
            variant="destroy"
            busy={remove.isPending}
            onClick={() =>
              remove.mutate(provider.provider, {
                onSuccess: () => {
                  toast("ok", t("models.removed"));
                  onClose();
                },
              })
            }
          >
            {t("models.remove")}
          </Button>
        </>
      }
    >
      <p>{t("models.remove.text")}</p>
      {remove.isError && (
        <Notice tone="bad" alert>
          {sentence(remove.error).why}
        </Notice>
      )}
    </Dialog>
  );
}
