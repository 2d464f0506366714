import type { RunComparison } from "@diwan/contracts";
import { Button, StepTile, useFormat, useT } from "@diwan/ui";
import { ChevronDown, ChevronRight, Equal, Flag } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { type ComparedStep, type CompareRow, compareRows, gain, type Verdict } from "../model/comparison.ts";
import { Delta } from "./delta.tsx";

type ComparedListProps = {
  comparison: RunComparison;
  selected: string | undefined;
  onSelect: (key: string | undefined) => void;
};

const rowsAtOnce = 200;
const containers: ReadonlySet<string> = new Set(["iteration", "loop"]);

/** All steps of both runs on one list; what is equal is folded, the first difference is in view. */
export function ComparedList({ comparison, selected, onSelect }: ComparedListProps) {
  const t = useT();
  const format = useFormat();
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const [most, setMost] = useState(rowsAtOnce);
  const first = useRef<HTMLLIElement>(null);
  useEffect(() => {
    // Newer browsers answer with a promise, which is no way to clean up.
    void first.current?.scrollIntoView({ block: "center" });
  }, []);
  const rows = compareRows(comparison, unfolded);
  // A container lasts as long as all that is in it; beside it no bar could be told apart.
  const longest = rows
    .slice(0, most)
    .flatMap((row) => (row.kind === "step" && !containers.has(row.step.node_type) ? [row.step.elapsed_ms] : []))
    .reduce((so, { a, b }) => Math.max(so, a ?? 0, b ?? 0), 1);
  const toggle = (key: string) => {
    const next = new Set(unfolded);
    if (!next.delete(key)) next.add(key);
    setUnfolded(next);
  };
  const { a, b } = comparison;
  return (
    <div className="compare-list">
      <div className="compare-row head" aria-hidden>
        <span>{t("compare.column.step")}</span>
        <span>{t("compare.column.result")}</span>
        <span className="row">
          <i className="twin a key" />A <i className="twin b key" />B
        </span>
        <span className="end">{t("runs.column.time")}</span>
        <span className="end">{t("runs.column.tokens")}</span>
      </div>
      <ul aria-label={t("compare.steps")}>
        {rows.slice(0, most).map((row) =>
          row.kind === "equal" ? (
            <EqualRow key={row.key} row={row} unfolded={unfolded.has(row.key)} onToggle={() => toggle(row.key)} />
          ) : (
            <li
              key={row.key}
              ref={row.verdict === "first" ? first : undefined}
              className="compare-row"
              data-on={row.key === selected || undefined}
            >
              <span className="compare-name">
                <StepTile type={row.step.node_type} size={22} />
                <button
                  type="button"
                  className="compare-open"
                  aria-pressed={row.key === selected}
                  onClick={() => onSelect(row.key)}
                >
                  <StepWords step={row.step} />
                </button>
              </span>
              <VerdictWord verdict={row.verdict} />
              <span className="compare-lane" aria-hidden>
                <Twin side="a" ms={row.step.elapsed_ms.a} longest={longest} />
                <Twin side="b" ms={row.step.elapsed_ms.b} longest={longest} />
              </span>
              <span className="end">
                <Delta value={gain(row.step.elapsed_ms)} show={format.duration} />
              </span>
              <span className="end">
                <Delta value={gain(row.step.total_tokens)} show={(n) => format.number(n)} />
              </span>
            </li>
          ),
        )}
      </ul>
      {rows.length > most && (
        <div className="foot-row">
          <Button size="sm" onClick={() => setMost(most + rowsAtOnce)}>
            {t("runs.more")}
          </Button>
        </div>
      )}
      <div className="compare-row total">
        <span>{t("compare.whole")}</span>
        <span className="faint">{t("compare.against")}</span>
        <span />
        <span className="end">
          <Delta value={gain({ a: a.elapsed_ms, b: b.elapsed_ms })} show={format.duration} />
        </span>
        <span className="end">
          <Delta value={b.total_tokens - a.total_tokens} show={(n) => format.number(n)} />
        </span>
      </div>
    </div>
  );
}

function Twin({ side, ms, longest }: { side: "a" | "b"; ms: number | null; longest: number }) {
  if (ms === null) return null;
  return <i className={`twin ${side}`} style={{ inlineSize: `max(3px, ${Math.min(1, ms / longest) * 100}%)` }} />;
}

function VerdictWord({ verdict }: { verdict: Verdict }) {
  const t = useT();
  return (
    <span className="verdict" data-verdict={verdict}>
      {verdict === "first" && <Flag size={13} strokeWidth={2.2} aria-hidden />}
      {t(`compare.verdict.${verdict}`)}
    </span>
  );
}

/** A step by name, and in which round where it is in a container. */
export function StepWords({ step }: { step: Pick<ComparedStep, "title" | "node_id" | "frame"> }) {
  const t = useT();
  const format = useFormat();
  const rounds = step.frame.map(([, round]) => t("compare.round", { n: format.number(round + 1) }));
  return (
    <>
      <bdi className="clip" dir="auto">
        {step.title || step.node_id}
      </bdi>
      {rounds.length > 0 && <span className="small faint compare-rounds">{rounds.join(" › ")}</span>}
    </>
  );
}

type EqualRowProps = { row: CompareRow & { kind: "equal" }; unfolded: boolean; onToggle: () => void };

function EqualRow({ row, unfolded, onToggle }: EqualRowProps) {
  const t = useT();
  const format = useFormat();
  const names = [...new Set(row.steps.map((step) => step.title || step.node_id))];
  return (
    <li className="compare-equal">
      <button type="button" aria-expanded={unfolded} onClick={onToggle}>
        {unfolded ? <ChevronDown size={14} aria-hidden /> : <ChevronRight size={14} className="flip" aria-hidden />}
        <Equal size={14} aria-hidden />
        <span className="strong">{t("compare.equal-steps", { count: row.steps.length })}</span>
        <span className="faint cell">
          <span className="clip">{format.list(names.slice(0, 8))}</span>
        </span>
      </button>
    </li>
  );
}
