import { CircleAlert } from "lucide-react";
import { type ReactNode, useId } from "react";
import { useT } from "../i18n/i18n.tsx";

export type FieldProps = {
  label: string;
  hint?: ReactNode;
  /** Takes the hint's place and says how to make it right. */
  error?: string | undefined;
  optional?: boolean;
};

type Wiring = { id: string; "aria-describedby": string | undefined; "aria-invalid": true | undefined };

/** Label above, help or error below, and the ids that tie them to the control. */
export function Field({
  label,
  hint,
  error,
  optional,
  children,
}: FieldProps & { children: (wiring: Wiring) => ReactNode }) {
  const t = useT();
  const id = useId();
  const described = error !== undefined || hint !== undefined ? `${id}-help` : undefined;
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        <bdi dir="auto">{label}</bdi>
        {optional && <span className="optional">{t("ui.optional")}</span>}
      </label>
      {children({ id, "aria-describedby": described, "aria-invalid": error === undefined ? undefined : true })}
      {error !== undefined ? (
        <p className="field-error" id={described}>
          <CircleAlert size={14} strokeWidth={2.2} aria-hidden />
          <span>{error}</span>
        </p>
      ) : (
        hint !== undefined && (
          <p className="field-hint" id={described}>
            {hint}
          </p>
        )
      )}
    </div>
  );
}
