import type { AppSummary } from "@diwan/contracts";
import { Button, Dialog, Notice, toast, useFormat, useT } from "@diwan/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api } from "../api/call.ts";
import { useErrorText } from "../api/error-text.ts";

export function DeleteAppDialog({ app, open, onClose }: { app: AppSummary; open: boolean; onClose: () => void }) {
  const t = useT();
  const format = useFormat();
  const sentence = useErrorText();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () => api("DELETE /console/api/apps/{appId}", { params: { appId: app.id } }),
    onSuccess: async () => {
      onClose();
      toast("ok", t("app.deleted", { name: app.name }));
      queryClient.removeQueries({ queryKey: ["app", app.id] });
      await navigate({ to: "/studio" });
      await queryClient.invalidateQueries({ queryKey: ["workspace"] });
    },
  });
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={<bdi dir="auto">{t("app.delete.title", { name: app.name })}</bdi>}
      actions={
        <>
          <Button onClick={onClose} data-autofocus>
            {t("app.cancel")}
          </Button>
          <Button variant="destroy" busy={remove.isPending} onClick={() => remove.mutate()}>
            {t("app.delete.confirm")}
          </Button>
        </>
      }
    >
      <p>{t("app.delete.what")}</p>
      <ul className="bullets">
        {app.status === "live" && <li>{t("app.delete.live")}</li>}
        <li>{t("app.delete.keys")}</li>
        <li>{t("app.delete.runs", { count: app.run_count, shown: format.number(app.run_count) })}</li>
      </ul>
      {remove.isError && (
        <Notice tone="bad" alert>
          {sentence(remove.error).why}
        </Notice>
      )}
    </Dialog>
  );
}
