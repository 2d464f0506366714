import { CircleAlert, File, Paperclip, X } from "lucide-react";
import { type DragEvent, useRef, useState } from "react";
import { Ring } from "../display/parts.tsx";
import { useFormat, useT } from "../i18n/i18n.tsx";
import { Button, IconButton } from "./button.tsx";
import { Field, type FieldProps } from "./field.tsx";

export type ShownFile = {
  name: string;
  /** Bytes; null where it is not known. */
  size: number | null;
  state: "there" | "coming" | "refused";
  /** Why it was refused. */
  why?: string;
};

type FileFieldProps = FieldProps & {
  files: readonly ShownFile[];
  /** How many files the field takes at most; null for any number. */
  most: number | null;
  /** As the browser's own choice of files understands it; "" for all. */
  accept?: string;
  onAdd: (files: File[]) => void;
  onRemove: (index: number) => void;
};

/** Files by choosing, dropping or pasting; each with its state and a way to take it out again. */
export function FileField({ label, hint, error, optional, files, most, accept = "", onAdd, onRemove }: FileFieldProps) {
  const t = useT();
  const format = useFormat();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const room = most === null ? Number.POSITIVE_INFINITY : most - files.length;
  const add = (chosen: Iterable<File>) => onAdd([...chosen].slice(0, Math.max(0, room)));
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    add(event.dataTransfer.files);
  };
  return (
    <Field label={label} hint={hint} error={error} optional={optional ?? false}>
      {(wiring) => (
        // biome-ignore lint/a11y/noStaticElementInteractions: dropping has a button inside that does the same
        <div
          className="file-field"
          data-over={over || undefined}
          data-invalid={wiring["aria-invalid"]}
          onDragOver={(event) => {
            event.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={onDrop}
          onPaste={(event) => add(event.clipboardData.files)}
        >
          {files.length > 0 && (
            <ul className="file-list">
              {files.map((file, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: two files may have the same name
                <li key={index} data-state={file.state}>
                  <FileSign state={file.state} />
                  <span className="cell grow">
                    <bdi className="clip" dir="auto">
                      {file.name}
                    </bdi>
                  </span>
                  <span className="small faint num file-fact">
                    {file.state === "refused"
                      ? file.why
                      : file.state === "coming"
                        ? t("ui.file.coming")
                        : file.size !== null && file.size >= 0 && format.bytes(file.size)}
                  </span>
                  <IconButton
                    size="xs"
                    label={t("ui.file.remove", { name: file.name })}
                    onClick={() => onRemove(index)}
                  >
                    <X aria-hidden />
                  </IconButton>
                </li>
              ))}
            </ul>
          )}
          {room > 0 && (
            <Button
              id={wiring.id}
              aria-describedby={wiring["aria-describedby"]}
              size="sm"
              variant="quiet"
              icon={<Paperclip aria-hidden />}
              aria-label={`${label}: ${t(most === 1 ? "ui.file.choose" : "ui.file.add")}`}
              onClick={() => input.current?.click()}
            >
              {t(most === 1 ? "ui.file.choose" : "ui.file.add")}
            </Button>
          )}
          <input
            ref={input}
            type="file"
            hidden
            multiple={most !== 1}
            accept={accept === "" ? undefined : accept}
            onChange={(event) => {
              add(event.target.files ?? []);
              // The same file may be chosen again after it was taken out.
              event.target.value = "";
            }}
          />
        </div>
      )}
    </Field>
  );
}

function FileSign({ state }: { state: ShownFile["state"] }) {
  if (state === "coming") return <Ring />;
  if (state === "refused") return <CircleAlert size={15} className="sign-refused" aria-hidden />;
  return <File size={15} strokeWidth={1.8} aria-hidden />;
}
