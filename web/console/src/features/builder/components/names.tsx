import { Pill, useT } from "@diwan/ui";
import { createContext, useCallback, useContext } from "react";
import type { Step } from "../model/graph.ts";
import { splitTemplate } from "../model/template-text.ts";

/** Titles of steps by id, for showing where a variable comes from. */
export const TitlesContext = createContext<ReadonlyMap<string, string>>(new Map());

const ownNamespaces: ReadonlySet<string> = new Set(["sys", "env", "conversation"]);

export function RefPill({ selector }: { selector: string[] }) {
  const t = useT();
  const titles = useContext(TitlesContext);
  const [from = "", ...names] = selector;
  if (names.length === 0) return <Pill name={t(`steps.from.${from}`)} />;
  return (
    <Pill
      from={ownNamespaces.has(from) ? t(`steps.from.${from}`) : (titles.get(from) ?? from)}
      name={names.join(".")}
    />
  );
}

/** A template as its author reads it: text, with variables as pills. */
export function TemplateText({ text }: { text: string }) {
  return (
    <div className="template-text" dir="auto">
      {splitTemplate(text).map((part, index) =>
        part.kind === "text" ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text have no other name
          <span key={index}>{part.text}</span>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: as above
          <RefPill key={index} selector={part.selector} />
        ),
      )}
    </div>
  );
}

/** The kind of a step in the person's language; an unknown one keeps the name its plugin gave it. */
export function useKindName(): (type: string) => string {
  const t = useT();
  return useCallback(
    (type) => {
      const key = `steps.kind.${type}`;
      const name = t(key);
      return name === key ? type : name;
    },
    [t],
  );
}

/** A step's own title, else its kind. */
export function useStepTitle(): (step: Pick<Step, "title" | "type">) => string {
  const kindName = useKindName();
  return (step) => step.title || kindName(step.type);
}
