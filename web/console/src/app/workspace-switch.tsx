import { Menu } from "@diwan/ui";
import { useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { ChevronsUpDown } from "lucide-react";
import { chooseWorkspace, useSession, useWorkspace } from "../shared/session/use-session.ts";

/** The workspace's name; a menu where there are several. Switching keeps the kind of page and drops ids. */
export function WorkspaceSwitch({ slim }: { slim: boolean }) {
  const { workspaces } = useSession();
  const workspace = useWorkspace();
  const queryClient = useQueryClient();
  const router = useRouter();
  if (slim) return null;
  const face = (
    <>
      <i aria-hidden>{[...workspace.name][0]}</i>
      <bdi className="ell grow" dir="auto">
        {workspace.name}
      </bdi>
    </>
  );
  if (workspaces.length < 2) return <div className="workspace">{face}</div>;
  return (
    <Menu
      align="start"
      trigger={
        <button type="button" className="workspace">
          {face}
          <ChevronsUpDown size={15} className="faint" aria-hidden />
        </button>
      }
      entries={workspaces.map((candidate) => ({
        text: candidate.name,
        checked: candidate.id === workspace.id,
        onSelect: () => {
          chooseWorkspace(candidate.id);
          queryClient.removeQueries({ queryKey: ["workspace"] });
          void router.navigate({ to: "/studio" });
        },
      }))}
    />
  );
}
