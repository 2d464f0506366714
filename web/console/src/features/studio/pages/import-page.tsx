import type { ImportReport } from "@diwan/contracts";
import { Button, TextArea, toast, useT } from "@diwan/ui";
import { useNavigate } from "@tanstack/react-router";
import { FileText, FileUp } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { usePageTitle } from "../../../shared/page-title.ts";
import { useWorkspace } from "../../../shared/session/use-session.ts";
import { useImportApp } from "../api/studio-queries.ts";
import { DropTarget } from "../components/drop-target.tsx";
import { ImportFailure, ImportReportCard } from "../components/import-report.tsx";
import { type AppFileText, readAppFile, takeOver } from "../model/dropped-file.ts";
import "../studio.css";

/** Choose, drop or paste an app file; then what came of it. */
export function ImportPage() {
  const t = useT();
  usePageTitle(t("studio.import"));
  const navigate = useNavigate();
  const workspace = useWorkspace();
  const { start, confirm } = useImportApp(workspace.id);
  const [source, setSource] = useState<AppFileText>({ name: "", content: "" });
  const report: ImportReport | undefined = confirm.data ?? start.data;
  const failure = confirm.error ?? start.error;

  const send = (file: AppFileText) => {
    setSource(file);
    confirm.reset();
    start.mutate(file.content, {
      onSuccess: (result) => {
        // A file of an earlier version without a problem is no news to anybody.
        if (result.problems.length === 0 && result.app_id !== null) open(result.app_id);
      },
    });
  };
  const open = (appId: string) => {
    toast("ok", t("studio.import.done"));
    void navigate({ to: "/apps/$appId/build", params: { appId } });
  };
  // A file dropped on the studio arrives here and is imported at once, as if it had been chosen.
  const sendDropped = useRef(send);
  useEffect(() => {
    const dropped = takeOver();
    if (dropped !== undefined) sendDropped.current(dropped);
  }, []);

  return (
    <DropTarget onFile={send}>
      <div className="page narrow">
        <header className="page-head">
          <h1>{t("studio.import.title")}</h1>
        </header>
        <p className="lead">{t("studio.import.lead")}</p>
        <div className="stack import-form">
          {failure !== null && <ImportFailure error={failure} fileName={source.name} />}
          {report !== undefined && (
            <ImportReportCard
              report={report}
              fileName={source.name}
              busy={confirm.isPending}
              onConfirm={() => confirm.mutate(report.id)}
              onOpen={open}
            />
          )}
          <ChooseFile onFile={send} busy={start.isPending} />
          <TextArea
            label={t("studio.import.paste")}
            value={source.content}
            onChange={(content) => setSource({ name: "", content })}
            className="mono"
            rows={12}
            dir="ltr"
            spellCheck={false}
            placeholder={"version: 0.6.0\nkind: app\napp:\n  name: …"}
          />
          <div className="row import-actions">
            <Button
              variant="primary"
              busy={start.isPending}
              notNow={source.content.trim() === "" ? t("studio.import.nothing") : undefined}
              onClick={() => send(source)}
            >
              {t("studio.import")}
            </Button>
          </div>
        </div>
      </div>
    </DropTarget>
  );
}

function ChooseFile({ onFile, busy }: { onFile: (file: AppFileText) => void; busy: boolean }) {
  const t = useT();
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className="choose-file">
      <FileText size={20} aria-hidden />
      <span className="grow">{t("studio.import.drop")}</span>
      <Button icon={<FileUp aria-hidden />} busy={busy} onClick={() => input.current?.click()}>
        {t("studio.import.choose")}
      </Button>
      <input
        ref={input}
        type="file"
        hidden
        accept=".yml,.yaml,.json,application/yaml,text/yaml"
        onChange={async (event) => {
          const file = event.target.files?.[0];
          event.target.value = "";
          if (file === undefined) return;
          const text = await readAppFile(file);
          if (text === undefined) toast("bad", t("studio.import.too-large"));
          else onFile(text);
        }}
      />
    </div>
  );
}
