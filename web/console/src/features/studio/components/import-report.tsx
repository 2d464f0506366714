import type { AppProblem, ImportReport } from "@diwan/contracts";
import { Button, Chip, FailureCard, Notice, useT } from "@diwan/ui";
import { CircleAlert, TriangleAlert } from "lucide-react";
import { ApiError } from "../../../shared/api/api-error.ts";
import { useErrorText } from "../../../shared/api/error-text.ts";

type ImportReportCardProps = {
  report: ImportReport;
  fileName: string;
  busy: boolean;
  onConfirm: () => void;
  onOpen: (appId: string) => void;
};

export function ImportReportCard({ report, fileName, busy, onConfirm, onOpen }: ImportReportCardProps) {
  const t = useT();
  const { app_id: appId } = report;
  return (
    <section className="stack import-report" aria-label={t("studio.report")} aria-live="polite">
      {report.status === "failed" && (
        <FailureCard
          what={t("studio.report.failed", { name: fileName || t("studio.report.pasted") })}
          why={report.error}
        />
      )}
      {report.status === "pending" && (
        <Notice
          tone="warn"
          alert
          actions={
            <Button variant="primary" busy={busy} onClick={onConfirm}>
              {t("studio.report.confirm")}
            </Button>
          }
        >
          {t("studio.report.pending", { theirs: report.imported_dsl_version, ours: report.current_dsl_version })}
        </Notice>
      )}
      {appId !== null && (
        <Notice
          tone={report.problems.length === 0 ? "ok" : "gold"}
          actions={
            <Button variant="primary" onClick={() => onOpen(appId)}>
              {t("studio.report.open")}
            </Button>
          }
        >
          {report.problems.length === 0
            ? t("studio.report.completed")
            : t("studio.report.with-problems", { count: report.problems.length })}
        </Notice>
      )}
      {report.problems.length > 0 && <Problems problems={report.problems} />}
    </section>
  );
}

type ImportFailureProps = { error: unknown; fileName: string };

/** Why a file was refused: its first fault in a sentence, and a list where there are more. */
export function ImportFailure({ error, fileName }: ImportFailureProps) {
  const t = useT();
  const sentence = useErrorText();
  const faults = error instanceof ApiError && error.details.length > 1 ? error.details : [];
  return (
    <section className="stack import-report" aria-label={t("studio.report")} role="alert">
      <FailureCard
        what={t("studio.report.failed", { name: `\u2068${fileName || t("studio.report.pasted")}\u2069` })}
        why={sentence(error).why}
      />
      {faults.length > 0 && (
        <ul className="card problems">
          {faults.map(({ path, message }) => (
            <li key={`${path} ${message}`}>
              <CircleAlert size={16} className="sign-bad" aria-label={t("studio.report.error")} />
              <div className="grow">
                <p dir="auto">{message}</p>
                <p className="small faint">
                  <bdi className="mono" dir="ltr">
                    {path}
                  </bdi>
                </p>
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Problems({ problems }: { problems: AppProblem[] }) {
  const t = useT();
  return (
    <ul className="card problems">
      {problems.map((problem) => (
        <li key={`${problem.code} ${problem.path} ${problem.line} ${problem.message}`}>
          {problem.severity === "error" ? (
            <CircleAlert size={16} className="sign-bad" aria-label={t("studio.report.error")} />
          ) : (
            <TriangleAlert size={16} className="sign-warn" aria-label={t("studio.report.warning")} />
          )}
          <div className="grow">
            <p dir="auto">{problem.message}</p>
            <p className="small faint">
              <bdi className="mono" dir="ltr">
                {problem.path === "" ? problem.code : problem.path}
              </bdi>
            </p>
          </div>
          {problem.line !== null && <Chip>{t("studio.report.line", { line: problem.line })}</Chip>}
        </li>
      ))}
    </ul>
  );
}
