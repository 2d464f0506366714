import type { AppDetail } from "@diwan/contracts";
import { Checkbox, NumberField, SelectField, TextArea, TextField, useFormat, useT } from "@diwan/ui";
import type { GivenFile } from "../../../../shared/files/given-file.ts";
import { UploadField } from "../../../../shared/files/upload-field.tsx";
import {
  acceptsOf,
  comesLater,
  type FieldProblem,
  type FormValue,
  type FormValues,
  filesOf,
  takesFiles,
} from "../../model/input-form.ts";

export type ChangeField = (
  variable: string,
  change: FormValue | ((files: readonly GivenFile[]) => GivenFile[]),
) => void;

type InputFieldsProps = {
  app: AppDetail;
  values: FormValues;
  problems: Record<string, FieldProblem>;
  onChange: ChangeField;
};

/** One control per declared input; hidden ones keep their default. */
export function InputFields({ app, values, problems, onChange }: InputFieldsProps) {
  const t = useT();
  const format = useFormat();
  const accepts = acceptsOf(app.graph);
  return app.inputs
    .filter((field) => !field.hide)
    .map((field) => {
      const problem = problems[field.variable];
      const error =
        problem === undefined
          ? undefined
          : t(`run.problem.${problem}`, {
              most: format.number(field.max_length ?? 0),
              label: field.label || field.variable,
            });
      const common = {
        label: field.label || field.variable,
        ...(field.description === "" ? {} : { hint: field.description }),
        error,
        optional: !field.required,
      };
      const value = values[field.variable] ?? "";
      const text = typeof value === "string" ? value : "";
      const onText = (next: string) => onChange(field.variable, next);
      if (takesFiles(field)) {
        return (
          <UploadField
            key={field.variable}
            {...common}
            appId={app.id}
            most={field.type === "file" ? 1 : field.max_length}
            accept={accepts[field.variable] ?? ""}
            files={filesOf(value)}
            onChange={(change) => onChange(field.variable, change)}
          />
        );
      }
      if (comesLater(field)) {
        return (
          <div key={field.variable} className="field">
            <span className="field-label">
              <bdi dir="auto">{common.label}</bdi>
            </span>
            <p className="small faint">{t("run.input-later")}</p>
          </div>
        );
      }
      switch (field.type) {
        case "checkbox":
          return (
            <Checkbox
              key={field.variable}
              label={common.label}
              checked={value === true}
              onChange={(on) => onChange(field.variable, on)}
            />
          );
        case "paragraph":
          return <TextArea key={field.variable} {...common} value={text} onChange={onText} rows={4} />;
        case "json_object":
          return (
            <TextArea
              key={field.variable}
              {...common}
              value={text}
              onChange={onText}
              rows={4}
              dir="ltr"
              className="mono"
              placeholder="{ }"
              spellCheck={false}
            />
          );
        case "number":
          return <NumberField key={field.variable} {...common} value={text} onChange={onText} />;
        case "select":
          return (
            <SelectField
              key={field.variable}
              {...common}
              value={text}
              onChange={onText}
              options={[
                ...(field.required ? [] : [{ value: "", text: "–" }]),
                ...field.options.map((option) => ({ value: option, text: option })),
              ]}
            />
          );
        default:
          return <TextField key={field.variable} {...common} value={text} onChange={onText} autoComplete="off" />;
      }
    });
}
