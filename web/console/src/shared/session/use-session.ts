import type { Session, Workspace } from "@diwan/contracts";
import { useSuspenseQuery } from "@tanstack/react-query";
import { sessionQuery } from "./session-queries.ts";

const rememberedKey = "diwan.workspace";

/** Who is signed in. Only under the frame, which has loaded the session before it draws. */
export function useSession(): Session {
  return useSuspenseQuery(sessionQuery).data;
}

/** The workspace the person chose last on this browser, else the first. */
export function useWorkspace(): Workspace {
  const { workspaces } = useSession();
  const remembered = localStorage.getItem(rememberedKey);
  const workspace = workspaces.find((candidate) => candidate.id === remembered) ?? workspaces[0];
  if (workspace === undefined) throw new Error("This account belongs to no workspace.");
  return workspace;
}

export function chooseWorkspace(workspaceId: string): void {
  localStorage.setItem(rememberedKey, workspaceId);
}

const editingRoles: ReadonlySet<Workspace["role"]> = new Set(["editor", "admin", "owner"]);

export function mayEdit(workspace: Workspace): boolean {
  return editingRoles.has(workspace.role);
}

export function mayAdminister(workspace: Workspace): boolean {
  return workspace.role === "admin" || workspace.role === "owner";
}
