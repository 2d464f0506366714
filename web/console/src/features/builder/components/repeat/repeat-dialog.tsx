import type { AppDetail } from "@diwan/contracts";
import { Button, Dialog, SelectField, useFormat, useT } from "@diwan/ui";
import { useState } from "react";
import type { RepeatVersion } from "../../api/repeat-queries.ts";
import type { RepeatQuestion } from "../../live/use-repeat.ts";

type RepeatDialogProps = {
  app: AppDetail;
  question: RepeatQuestion;
  busy: boolean;
  onStart: (question: RepeatQuestion, version: RepeatVersion) => void;
  onClose: () => void;
};

/** Says what a retry or a replay does, and asks for the version where two are possible. */
export function RepeatDialog({ app, question, busy, onStart, onClose }: RepeatDialogProps) {
  const t = useT();
  const format = useFormat();
  const [version, setVersion] = useState<RepeatVersion>("same");
  const ran = question.run.version_number;
  const live = app.published_version?.number;
  return (
    <Dialog
      open
      onClose={onClose}
      title={t(`repeat.${question.kind}.title`)}
      actions={
        <>
          <Button onClick={onClose}>{t("app.cancel")}</Button>
          <Button variant="primary" busy={busy} onClick={() => onStart(question, version)} data-autofocus>
            {t(`repeat.${question.kind}.start`)}
          </Button>
        </>
      }
    >
      <div className="repeat-text">
        <p>{t(`repeat.${question.kind}.what`)}</p>
        <p className="muted small">{t(`repeat.${question.kind}.more`)}</p>
        {live !== undefined && live !== ran && (
          <SelectField
            label={t("repeat.version")}
            value={version}
            onChange={(value) => setVersion(value === "live" ? "live" : "same")}
            options={[
              { value: "same", text: t("repeat.version.same", { n: format.number(ran) }) },
              { value: "live", text: t("repeat.version.live", { n: format.number(live) }) },
            ]}
          />
        )}
      </div>
    </Dialog>
  );
}
