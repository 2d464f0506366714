import type { AppSummary } from "@diwan/contracts";
import { toast, useFormat, useT } from "@diwan/ui";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api } from "../api/call.ts";
import { DestroyDialog } from "../destroy-dialog.tsx";

export function DeleteAppDialog({ app, open, onClose }: { app: AppSummary; open: boolean; onClose: () => void }) {
  const t = useT();
  const format = useFormat();
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
    <DestroyDialog
      open={open}
      onClose={onClose}
      title={<bdi dir="auto">{t("app.delete.title", { name: app.name })}</bdi>}
      confirm={t("app.delete.confirm")}
      onConfirm={() => remove.mutate()}
      mutation={remove}
    >
      <p>{t("app.delete.what")}</p>
      <ul className="bullets">
        {app.status === "live" && <li>{t("app.delete.live")}</li>}
        <li>{t("app.delete.keys")}</li>
        <li>{t("app.delete.runs", { count: app.run_count, shown: format.number(app.run_count) })}</li>
      </ul>
    </DestroyDialog>
  );
}
