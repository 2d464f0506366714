import { ChevronDown, Search } from "lucide-react";
import type { InputHTMLAttributes, ReactNode, TextareaHTMLAttributes } from "react";
import { Field, type FieldProps } from "./field.tsx";

type TextFieldProps = FieldProps &
  Omit<InputHTMLAttributes<HTMLInputElement>, "value" | "onChange"> & {
    value: string;
    onChange: (value: string) => void;
  };

export function TextField({ label, hint, error, optional, value, onChange, className = "", ...rest }: TextFieldProps) {
  return (
    <Field label={label} hint={hint} error={error} optional={optional ?? false}>
      {(wiring) => (
        <input
          type="text"
          // An empty field follows the page, so that its example stands at the right side.
          dir={rest.dir ?? (value === "" ? undefined : "auto")}
          {...rest}
          {...wiring}
          className={`input ${className}`}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

type TextAreaProps = FieldProps &
  Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, "value" | "onChange"> & {
    value: string;
    onChange: (value: string) => void;
  };

export function TextArea({ label, hint, error, optional, value, onChange, className = "", ...rest }: TextAreaProps) {
  return (
    <Field label={label} hint={hint} error={error} optional={optional ?? false}>
      {(wiring) => (
        <textarea
          dir={rest.dir ?? (value === "" ? undefined : "auto")}
          {...rest}
          {...wiring}
          className={`input ${className}`}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

type SelectFieldProps = FieldProps & {
  value: string;
  onChange: (value: string) => void;
  /** `lang` where a text is not in the page's language. */
  options: { value: string; text: string; lang?: string }[];
};

export function SelectField({ label, hint, error, optional, value, onChange, options }: SelectFieldProps) {
  return (
    <Field label={label} hint={hint} error={error} optional={optional ?? false}>
      {(wiring) => (
        <span className="select-box">
          <select {...wiring} className="input" value={value} onChange={(event) => onChange(event.target.value)}>
            {options.map((option) => (
              <option key={option.value} value={option.value} lang={option.lang}>
                {option.text}
              </option>
            ))}
          </select>
          <ChevronDown size={16} strokeWidth={1.8} aria-hidden />
        </span>
      )}
    </Field>
  );
}

type CheckboxProps = { label: ReactNode; checked: boolean; onChange: (checked: boolean) => void; hint?: string };

export function Checkbox({ label, checked, onChange, hint }: CheckboxProps) {
  return (
    <div className="field">
      <label className="check-row">
        <input
          type="checkbox"
          className="check"
          checked={checked}
          onChange={(event) => onChange(event.target.checked)}
        />
        <bdi dir="auto">{label}</bdi>
      </label>
      {hint !== undefined && <p className="field-hint">{hint}</p>}
    </div>
  );
}

type SearchBoxProps = { label: string; value: string; onChange: (value: string) => void };

export function SearchBox({ label, value, onChange }: SearchBoxProps) {
  return (
    <div className="search">
      <Search size={15} aria-hidden />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        value={value}
        dir={value === "" ? undefined : "auto"}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}
