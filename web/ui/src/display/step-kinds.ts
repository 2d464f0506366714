import {
  BookOpenText,
  Bot,
  Braces,
  CircleDot,
  CircleHelp,
  CircleStop,
  Clock,
  Combine,
  FileCode2,
  FileText,
  Flag,
  GitFork,
  Globe,
  ListFilter,
  type LucideIcon,
  MessageSquareReply,
  PenLine,
  Play,
  Plug,
  RefreshCw,
  Repeat,
  Sparkles,
  Split,
  Tags,
  UserCheck,
  Webhook,
} from "lucide-react";

type Family = "io" | "model" | "know" | "logic" | "data" | "link" | "human";
type StepKind = { family: Family; icon: LucideIcon };

/** What an app file calls a step's type, and how it is drawn. */
const kinds: Record<string, StepKind> = {
  start: { family: "io", icon: Play },
  answer: { family: "io", icon: MessageSquareReply },
  end: { family: "io", icon: Flag },
  llm: { family: "model", icon: Sparkles },
  agent: { family: "model", icon: Bot },
  "question-classifier": { family: "model", icon: Split },
  "parameter-extractor": { family: "model", icon: Tags },
  "knowledge-retrieval": { family: "know", icon: BookOpenText },
  "knowledge-retrieval-v2": { family: "know", icon: BookOpenText },
  "document-extractor": { family: "know", icon: FileText },
  "if-else": { family: "logic", icon: GitFork },
  iteration: { family: "logic", icon: Repeat },
  loop: { family: "logic", icon: RefreshCw },
  "iteration-start": { family: "logic", icon: CircleDot },
  "loop-start": { family: "logic", icon: CircleDot },
  "loop-end": { family: "logic", icon: CircleStop },
  "variable-aggregator": { family: "logic", icon: Combine },
  "variable-assigner": { family: "logic", icon: Combine },
  code: { family: "data", icon: Braces },
  "template-transform": { family: "data", icon: FileCode2 },
  "list-operator": { family: "data", icon: ListFilter },
  assigner: { family: "data", icon: PenLine },
  "http-request": { family: "link", icon: Globe },
  tool: { family: "link", icon: Plug },
  "trigger-webhook": { family: "link", icon: Webhook },
  "trigger-plugin": { family: "link", icon: Webhook },
  "trigger-schedule": { family: "logic", icon: Clock },
  "human-input": { family: "human", icon: UserCheck },
};

/** Undefined for a step we do not know. */
export function stepKind(type: string): StepKind | undefined {
  return kinds[type];
}

export const unknownStepIcon: LucideIcon = CircleHelp;
