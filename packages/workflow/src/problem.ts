/** One thing wrong, or worth knowing, in an app file. */
export type Problem = {
  severity: "error" | "warning";
  code: string;
  /** Place in the document, such as `workflow.graph.nodes[3].data.template`. */
  path: string;
  /** Line in the file, from 1; null for a document that was not read from text. */
  line: number | null;
  nodeId: string | null;
  /** A sentence that names the thing and what to do. */
  message: string;
};

/** A problem before its line is looked up. */
export type ProblemAt = Omit<Problem, "line">;
