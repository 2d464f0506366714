import { useFormat, useT } from "@diwan/ui";
import { Check, CircleAlert, RotateCcw, ShieldCheck, Square, UserCheck } from "lucide-react";
import { isPassedBy, type StepState } from "../../model/step-states.ts";

/** Mark and word of a step's state; colour is only the third sign. */
export function StepStateMark({ state }: { state: StepState | undefined }) {
  const t = useT();
  const format = useFormat();
  const roundWord = useRoundWord();
  if (state === undefined) return null;
  if (isPassedBy(state)) return <span className="step-state skipped-word">{t(`run.state.${state.name}`)}</span>;
  const time = state.elapsedMs === null ? "" : format.duration(state.elapsedMs);
  const word =
    roundWord(state) ??
    (state.name === "succeeded" ? time : t(state.name === "waiting" ? "run.waits" : `run.state.${state.name}`));
  return (
    <span className={`step-state ${state.name}`} title={state.name === "waiting" ? t("run.state.waiting") : time}>
      <StateIcon name={state.name} />
      {state.name === "succeeded" && <span className="vh">{t("run.state.succeeded")}</span>}
      <span className="num">{word}</span>
    </span>
  );
}

/** How far a container at work has come. */
function useRoundWord(): (state: StepState) => string | undefined {
  const t = useT();
  const format = useFormat();
  return ({ name, rounds }) => {
    if (name !== "running" || rounds === undefined || rounds.begun === 0) return undefined;
    const n = format.number(rounds.begun);
    return rounds.of === null ? t("run.round", { n }) : t("run.round-k-of", { n, count: format.number(rounds.of) });
  };
}

export function StateIcon({ name }: { name: StepState["name"] }) {
  switch (name) {
    case "running":
      return <span className="spin" aria-hidden />;
    case "waiting":
      return <UserCheck size={13} strokeWidth={2.2} aria-hidden />;
    case "succeeded":
      return <Check size={13} strokeWidth={2.6} aria-hidden />;
    case "second-try":
      return <RotateCcw size={13} strokeWidth={2.2} className="flip" aria-hidden />;
    case "handled":
      return <ShieldCheck size={13} strokeWidth={2.2} aria-hidden />;
    case "failed":
      return <CircleAlert size={13} strokeWidth={2.2} aria-hidden />;
    case "stopped":
      return <Square size={12} strokeWidth={2.2} aria-hidden />;
    default:
      return null;
  }
}
