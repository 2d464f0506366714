import type { Value } from "../values/index.ts";

/** The parts of an app file that the engine reads; everything else in it is carried along untouched. */
export type WorkflowDocument = {
  graph: { nodes: NodeDocument[]; edges: EdgeDocument[] };
  environmentVariables: DeclaredVariable[];
  conversationVariables: DeclaredVariable[];
  /** The app's own limits as the file says them; see `readAppLimits`. */
  limits?: Value;
};

/** `type` is the canvas's own; the engine decides by `data.type`, except for notes. */
export type NodeDocument = { id: string; type?: string; parentId?: string; data: Record<string, Value> };

export type EdgeDocument = { source: string; target: string; sourceHandle: string };

export type DeclaredVariable = { id: string; name: string; valueType: string; value: Value };

export const NOTE_TYPE = "custom-note";
