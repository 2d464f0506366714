import { CircleAlert, CircleCheck, Info, Lightbulb, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import type { Tone } from "../display/parts.tsx";

const icons = {
  neutral: Info,
  human: Info,
  run: Info,
  gold: Lightbulb,
  ok: CircleCheck,
  warn: TriangleAlert,
  bad: CircleAlert,
};

type NoticeProps = { tone?: Tone; children: ReactNode; actions?: ReactNode; alert?: boolean };

/** In the page, above what it is about. `alert` has it read out when it appears. */
export function Notice({ tone = "neutral", children, actions, alert }: NoticeProps) {
  const Icon = icons[tone];
  return (
    <div className={`notice ${tone}`} role={alert ? "alert" : undefined}>
      <Icon size={17} strokeWidth={1.9} aria-hidden />
      <div className="grow">
        {children}
        {actions !== undefined && <div className="notice-actions">{actions}</div>}
      </div>
    </div>
  );
}

type FailureCardProps = { what: ReactNode; why?: ReactNode; fix?: ReactNode; code?: string; actions?: ReactNode };

/** What failed, why, what would make it right, then what can be done here. */
export function FailureCard({ what, why, fix, code, actions }: FailureCardProps) {
  return (
    <section className="failure">
      <p className="failure-what">
        <CircleAlert size={17} aria-hidden />
        <span className="grow" dir="auto">
          {what}
        </span>
      </p>
      {why !== undefined && (
        <p className="failure-why" dir="auto">
          {why}
        </p>
      )}
      {fix !== undefined && (
        <p className="failure-fix">
          <Lightbulb size={16} aria-hidden />
          <span>{fix}</span>
        </p>
      )}
      <div className="row wrap">
        {actions}
        {code !== undefined && (
          <bdi className="chip bad mono" dir="ltr">
            {code}
          </bdi>
        )}
      </div>
    </section>
  );
}
