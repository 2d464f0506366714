import type { ModelProvider } from "@diwan/contracts";
import { toast, useT } from "@diwan/ui";
import { DestroyDialog } from "../../../shared/destroy-dialog.tsx";
import { useRemoveProvider } from "../api/provider-queries.ts";

type RemoveProviderDialogProps = { workspaceId: string; provider: ModelProvider; onClose: () => void };

export function RemoveProviderDialog({ workspaceId, provider, onClose }: RemoveProviderDialogProps) {
  const t = useT();
  const remove = useRemoveProvider(workspaceId);
  const onConfirm = () =>
    remove.mutate(provider.provider, {
      onSuccess: () => {
        toast("ok", t("models.removed"));
        onClose();
      },
    });
  return (
    <DestroyDialog
      open
      onClose={onClose}
      title={t("models.remove.title", { name: provider.label })}
      confirm={t("models.remove")}
      onConfirm={onConfirm}
      mutation={remove}
    >
      <p>{t("models.remove.text")}</p>
    </DestroyDialog>
  );
}
