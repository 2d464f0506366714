import { Fragment, type ReactNode, useState } from "react";
import { useT } from "../i18n/i18n.tsx";
import { ScrollBlock } from "./scroll-block.tsx";

const foldedCharacters = 5_000;
const foldedLines = 40;

/** JSON as coloured text, always left to right; long values start folded. */
export function JsonView({ value, label }: { value: unknown; label: string }) {
  const t = useT();
  const [whole, setWhole] = useState(false);
  const text = JSON.stringify(value, null, 2) ?? "null";
  const lines = text.split("\n");
  if (!whole && (text.length > foldedCharacters || lines.length > foldedLines)) {
    const shown = lines.slice(0, foldedLines).join("\n").slice(0, foldedCharacters);
    return (
      <>
        <ScrollBlock kind="json" label={label}>
          {shown}
          {"\n…"}
        </ScrollBlock>
        <button type="button" className="btn quiet xs" onClick={() => setWhole(true)}>
          {t("ui.unfold-json", { count: lines.length })}
        </button>
      </>
    );
  }
  return (
    <ScrollBlock kind="json" label={label}>
      {draw(value, 0)}
    </ScrollBlock>
  );
}

function draw(value: unknown, depth: number): ReactNode {
  if (typeof value === "string") return <span className="s">{JSON.stringify(value)}</span>;
  if (typeof value === "number") return <span className="n">{String(value)}</span>;
  if (value === null || typeof value !== "object") return <span className="w">{String(value ?? null)}</span>;
  const isList = Array.isArray(value);
  const [open, close] = isList ? "[]" : "{}";
  const entries = Object.entries(value);
  if (entries.length === 0) return <span className="p">{`${open}${close}`}</span>;
  const pad = "  ".repeat(depth + 1);
  return (
    <>
      <span className="p">{open}</span>
      {entries.map(([key, item], index) => (
        <Fragment key={key}>
          {`\n${pad}`}
          {!isList && (
            <>
              <span className="k">{JSON.stringify(key)}</span>
              <span className="p">: </span>
            </>
          )}
          {draw(item, depth + 1)}
          {index < entries.length - 1 && <span className="p">,</span>}
        </Fragment>
      ))}
      {`\n${"  ".repeat(depth)}`}
      <span className="p">{close}</span>
    </>
  );
}
