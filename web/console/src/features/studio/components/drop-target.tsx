import { toast, useT } from "@diwan/ui";
import { FileUp } from "lucide-react";
import { type DragEvent, type ReactNode, useRef, useState } from "react";
import { type AppFileText, readAppFile } from "../model/dropped-file.ts";

/** A place where an app file may be dropped; says so while a file hovers over it. */
export function DropTarget({ onFile, children }: { onFile: (file: AppFileText) => void; children: ReactNode }) {
  const t = useT();
  const depth = useRef(0);
  const [over, setOver] = useState(false);
  const holdsFile = (event: DragEvent) => event.dataTransfer.types.includes("Files");
  const move = (by: number) => {
    depth.current += by;
    setOver(depth.current > 0);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping has a button beside it that does the same
    <div
      className="drop-target"
      onDragEnter={(event) => holdsFile(event) && move(1)}
      onDragLeave={(event) => holdsFile(event) && move(-1)}
      onDragOver={(event) => holdsFile(event) && event.preventDefault()}
      onDrop={async (event) => {
        if (!holdsFile(event)) return;
        event.preventDefault();
        depth.current = 0;
        setOver(false);
        const file = event.dataTransfer.files[0];
        if (file === undefined) return;
        const text = await readAppFile(file);
        if (text === undefined) toast("bad", t("studio.import.too-large"));
        else onFile(text);
      }}
    >
      {children}
      {over && (
        <div className="drop-veil" aria-hidden>
          <FileUp size={22} />
          {t("studio.drop-here")}
        </div>
      )}
    </div>
  );
}
