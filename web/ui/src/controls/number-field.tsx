import { TextField } from "./inputs.tsx";

type NumberFieldProps = {
  label: string;
  hint?: string;
  error?: string | undefined;
  optional?: boolean;
  /** As typed, so that nothing a person writes is lost; `parseNumber` reads it. */
  value: string;
  onChange: (value: string) => void;
};

/** No `type="number"`: browsers refuse Arabic digits there and change values on scroll. */
export function NumberField(props: NumberFieldProps) {
  return <TextField {...props} inputMode="decimal" autoComplete="off" className="num" />;
}
