import { Check, Copy } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { Button, IconButton } from "../controls/button.tsx";
import { useT } from "../i18n/i18n.tsx";
import { ScrollBlock } from "./scroll-block.tsx";

function useCopy(text: string) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [copied]);
  return { copied, copy: () => void navigator.clipboard.writeText(text).then(() => setCopied(true)) };
}

export function CopyIconButton({ text, label }: { text: string; label?: string }) {
  const t = useT();
  const { copied, copy } = useCopy(text);
  return (
    <IconButton label={copied ? t("ui.copied") : (label ?? t("ui.copy"))} onClick={copy}>
      {copied ? <Check aria-hidden /> : <Copy aria-hidden />}
    </IconButton>
  );
}

export function CopyButton({ text, children }: { text: string; children?: ReactNode }) {
  const t = useT();
  const { copied, copy } = useCopy(text);
  return (
    <Button onClick={copy} icon={copied ? <Check aria-hidden /> : <Copy aria-hidden />}>
      {copied ? t("ui.copied") : (children ?? t("ui.copy"))}
    </Button>
  );
}

/** Something to paste elsewhere: mono, left to right, with a copy button in its head. */
export function CopyBlock({ title, text }: { title: string; text: string }) {
  return (
    <div className="copy-block">
      <div className="copy-block-head">
        <span className="small muted grow">{title}</span>
        <CopyIconButton text={text} />
      </div>
      <ScrollBlock kind="code-block" label={title}>
        {text}
      </ScrollBlock>
    </div>
  );
}
