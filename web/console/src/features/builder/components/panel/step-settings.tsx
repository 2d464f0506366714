import { Chip, CopyBlock, JsonView, Notice, useT } from "@diwan/ui";
import { FlaskConical } from "lucide-react";
import type { Step } from "../../model/graph.ts";
import { type Item, settingsOf } from "../../model/settings.ts";
import { RefPill, TemplateText } from "../names.tsx";

/** The settings in readable form; editing them comes with the builder's next release. */
export function StepSettings({ step }: { step: Step }) {
  const t = useT();
  const sections = settingsOf(step);
  return (
    <>
      {step.support === "later" && <Notice>{t("builder.later-step.text")}</Notice>}
      {step.support === "unknown" && <Notice tone="warn">{t("builder.unknown-step.text")}</Notice>}
      {sections.length === 0 && <p className="muted small">{t("settings.none")}</p>}
      {sections.map((section) => (
        <section key={section.title} className="dock-section">
          <h3>{t(section.title)}</h3>
          {section.items.map((item, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: settings are read-only and keep their places
            <SettingItem key={index} item={item} alone={section.items.length === 1} />
          ))}
        </section>
      ))}
    </>
  );
}

function SettingItem({ item, alone }: { item: Item; alone: boolean }) {
  const t = useT();
  switch (item.kind) {
    case "model":
      return (
        <div className="setting-box">
          <div className="stack grow">
            <bdi className="strong" dir="ltr">
              {item.name}
            </bdi>
            <bdi className="small faint clip" dir="ltr">
              {[item.provider, item.parameters].filter(Boolean).join(" · ")}
            </bdi>
          </div>
          {item.demo && (
            <Chip tone="gold" icon={<FlaskConical aria-hidden />}>
              {t("app.demo-answers")}
            </Chip>
          )}
        </div>
      );
    case "message":
      return (
        <div className="setting-message">
          <span className="setting-role">{t(`settings.role.${item.role}`)}</span>
          <TemplateText text={item.text} />
        </div>
      );
    case "template":
      return (
        <div className="setting-message">
          {!alone && <span className="setting-role">{t(item.label)}</span>}
          <TemplateText text={item.text} />
        </div>
      );
    case "code":
      return <CopyBlock title={item.label} text={item.text} />;
    case "value":
      return (
        <p className="setting-line">
          <span className="muted">{t(item.label)}</span>
          <bdi className="num">{item.text.trim()}</bdi>
        </p>
      );
    case "refs":
      return (
        <div className="setting-refs">
          {!alone && <span className="small muted">{t(item.label)}</span>}
          {item.selectors.map((selector) => (
            <RefPill key={selector.join(".")} selector={selector} />
          ))}
        </div>
      );
    case "bindings":
      return (
        <ul className="setting-table">
          {item.rows.map((row) => (
            <li key={row.name}>
              <bdi className="mono" dir="ltr">
                {row.name}
              </bdi>
              <RefPill selector={row.selector} />
            </li>
          ))}
        </ul>
      );
    case "fields":
      return (
        <ul className="setting-table">
          {item.rows.map((row) => (
            <li key={row.name}>
              <bdi className="mono" dir="ltr">
                {row.name}
              </bdi>
              <bdi className="type-name" dir="ltr">
                {row.type}
              </bdi>
              <span className="small faint cell grow">
                <bdi className="clip" dir="auto">
                  {row.note}
                </bdi>
              </span>
              {row.optional && <span className="small faint">{t("ui.optional")}</span>}
            </li>
          ))}
        </ul>
      );
    case "case":
      return (
        <div className="setting-case">
          <span className="setting-role">{t(item.index === 0 ? "settings.if" : "settings.else-if")}</span>
          {item.conditions.map((condition, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: conditions keep their places
            <div key={index}>
              {index > 0 && <span className="small muted">{t(`settings.joined.${item.joined}`)}</span>}
              {/* A condition reads as code does: variable, operator, value. */}
              <p className="row wrap" dir="ltr">
                <RefPill selector={condition.selector} />
                <bdi className="mono" dir="ltr">
                  {condition.operator}
                </bdi>
                {condition.value !== "" && <TemplateText text={condition.value} />}
              </p>
            </div>
          ))}
        </div>
      );
    case "list":
      return (
        <ol className="setting-table">
          {item.items.map((text) => (
            <li key={text}>
              <bdi dir="auto">{text}</bdi>
            </li>
          ))}
        </ol>
      );
    case "json":
      return <JsonView value={item.value} label={t("settings.data")} />;
  }
}
