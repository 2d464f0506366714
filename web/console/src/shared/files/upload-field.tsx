import { FileField, type ShownFile } from "@diwan/ui";
import { useErrorText } from "../api/error-text.ts";
import { type GivenFile, givenUpload } from "./given-file.ts";
import { uploadFile } from "./upload-file.ts";

type UploadFieldProps = {
  appId: string;
  label: string;
  hint?: string;
  error?: string | undefined;
  optional?: boolean;
  most: number | null;
  accept?: string;
  files: readonly GivenFile[];
  /** Files come and go while others are on their way, so a change is made to what is there then. */
  onChange: (change: (files: readonly GivenFile[]) => GivenFile[]) => void;
};

/** A field of a form that takes files: each is uploaded at once, and given to the run by its id. */
export function UploadField({ appId, files, onChange, ...rest }: UploadFieldProps) {
  const sentence = useErrorText();
  const add = (chosen: File[]) => {
    for (const file of chosen) {
      const coming: GivenFile = { name: file.name, size: file.size, value: null };
      const become = (next: GivenFile) => onChange((old) => old.map((one) => (one === coming ? next : one)));
      onChange((old) => [...old, coming]);
      uploadFile(appId, file).then(
        (uploaded) => become(givenUpload(uploaded)),
        (error: unknown) => become({ ...coming, why: sentence(error).why }),
      );
    }
  };
  return (
    <FileField
      {...rest}
      files={files.map(shown)}
      onAdd={add}
      onRemove={(index) => onChange((old) => old.filter((_, at) => at !== index))}
    />
  );
}

function shown({ name, size, value, why }: GivenFile): ShownFile {
  if (why !== undefined) return { name, size, state: "refused", why };
  return { name, size, state: value === null ? "coming" : "there" };
}
