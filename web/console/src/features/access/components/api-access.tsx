import type { AppDetail } from "@diwan/contracts";
import { CopyBlock, Notice, Segments, useT } from "@diwan/ui";
import { useState } from "react";
import { curlOf } from "../model/curl.ts";
import { KeyList } from "./key-list.tsx";

/** Keys for calling the app from outside, and calls ready to paste. */
export function ApiAccess({ app }: { app: AppDetail }) {
  const t = useT();
  const [fresh, setFresh] = useState<string>();
  const [mode, setMode] = useState<"blocking" | "streaming">("blocking");
  return (
    <div className="page access-page">
      <header className="page-head">
        <h2>{t("access.title")}</h2>
      </header>
      {app.published_version === null && <Notice tone="gold">{t("access.not-published")}</Notice>}
      <KeyList appId={app.id} onCreated={setFresh} />
      <section className="card access-card" aria-label={t("access.examples")}>
        <div className="access-head">
          <h3>{t("access.examples")}</h3>
          <Segments
            label={t("access.mode")}
            value={mode}
            onChange={setMode}
            items={[
              { key: "blocking", text: t("access.blocking") },
              { key: "streaming", text: t("access.streaming") },
            ]}
          />
        </div>
        <p className="small muted">{t(`access.${mode}.text`)}</p>
        <CopyBlock
          title="curl"
          text={curlOf({
            address: location.origin,
            mode: app.mode,
            inputs: app.inputs,
            key: fresh ?? "app-…",
            streaming: mode === "streaming",
          })}
        />
      </section>
    </div>
  );
}
