import { IconButton, JsonView, Notice, StepTile, useT } from "@diwan/ui";
import { ChevronDown, ChevronUp, Flag } from "lucide-react";
import { type ComparedStep, type FieldDifference, fieldDifferences, stepKey } from "../model/comparison.ts";
import { diffTexts } from "../model/text-diff.ts";
import { StepWords } from "./compared-list.tsx";

type ComparedValuesProps = {
  step: ComparedStep;
  isFirst: boolean;
  /** All steps that differ, to walk through them. */
  changed: ComparedStep[];
  onSelect: (key: string) => void;
};

/** Field by field, what a step had in either run: texts by word, other values one above the other. */
export function ComparedValues({ step, isFirst, changed, onSelect }: ComparedValuesProps) {
  const t = useT();
  const at = changed.findIndex((one) => stepKey(one) === stepKey(step));
  const [before, after] = [changed[at - 1], at < 0 ? changed[0] : changed[at + 1]];
  const differences = fieldDifferences(step);
  return (
    <aside className="compare-values" aria-label={t("compare.values")}>
      <header className="dock-head">
        <StepTile type={step.node_type} size={32} />
        <div className="stack grow compare-what">
          <h3 className="compare-title">
            <StepWords step={step} />
          </h3>
          <span className="small faint">{t(`compare.verdict.${isFirst ? "first" : step.change}`)}</span>
        </div>
        <IconButton
          label={t("compare.before")}
          notNow={before === undefined ? t("compare.no-before") : undefined}
          onClick={() => before !== undefined && onSelect(stepKey(before))}
        >
          <ChevronUp aria-hidden />
        </IconButton>
        <IconButton
          label={t("compare.after")}
          notNow={after === undefined ? t("compare.no-after") : undefined}
          onClick={() => after !== undefined && onSelect(stepKey(after))}
        >
          <ChevronDown aria-hidden />
        </IconButton>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so it must be reachable by keyboard */}
      <section className="compare-fields" aria-label={t("compare.fields")} tabIndex={0}>
        {isFirst && (
          <p className="compare-flag">
            <Flag size={14} aria-hidden />
            <span>{t("compare.first-here")}</span>
          </p>
        )}
        {(step.change === "only-a" || step.change === "only-b") && <Notice>{t(`compare.${step.change}`)}</Notice>}
        {step.change === "equal" && <p className="muted small">{t("compare.step-equal")}</p>}
        {differences.map((difference) => (
          <Field key={`${difference.part}.${difference.path}`} difference={difference} />
        ))}
        {differences.length >= differencesAtMost && <p className="small faint">{t("compare.cut")}</p>}
      </section>
    </aside>
  );
}

/** More the server does not list. */
const differencesAtMost = 20;
const parts: ReadonlySet<string> = new Set(["status", "branch", "inputs", "outputs", "error", "writes"]);

function Field({ difference: { part, path, a, b } }: { difference: FieldDifference }) {
  const t = useT();
  const name = parts.has(part) ? t(`compare.part.${part}`) : part;
  return (
    <section className="compare-field">
      <h4>
        {name}
        {path !== "" && (
          <bdi className="mono" dir="ltr">
            {path}
          </bdi>
        )}
      </h4>
      {typeof a === "string" && typeof b === "string" ? (
        <TextDiff a={a} b={b} />
      ) : (
        <BothValues name={name} a={a} b={b} />
      )}
    </section>
  );
}

function TextDiff({ a, b }: { a: string; b: string }) {
  return (
    <p className="words" dir="auto">
      {diffTexts(a, b).map((piece, index) => {
        const key = `${index} ${piece.kind}`;
        if (piece.kind === "gone") return <del key={key}>{piece.text}</del>;
        return piece.kind === "new" ? <ins key={key}>{piece.text}</ins> : <span key={key}>{piece.text}</span>;
      })}
    </p>
  );
}

function BothValues({ name, a, b }: { name: string; a: unknown; b: unknown }) {
  return (
    <div className="both">
      {(["a", "b"] as const).map((side) => {
        const letter = side.toUpperCase();
        return (
          <div key={side} className="both-side" data-side={side}>
            <span className="letter small" aria-hidden>
              {letter}
            </span>
            <JsonView value={side === "a" ? a : b} label={`${name} ${letter}`} />
          </div>
        );
      })}
    </div>
  );
}
