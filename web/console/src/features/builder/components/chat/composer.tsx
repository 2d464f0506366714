import { IconButton, useT } from "@diwan/ui";
import { ArrowUp, Square } from "lucide-react";
import { type KeyboardEvent, useLayoutEffect, useRef, useState } from "react";

const mostLines = 8;
const lineHeight = 22;

type ComposerProps = { running: boolean; onSend: (text: string) => void; onStop: () => void };

/** Grows to eight lines; Enter sends, with Shift it breaks the line. The send button turns square while an answer comes. */
export function Composer({ running, onSend, onStop }: ComposerProps) {
  const t = useT();
  const [text, setText] = useState("");
  const box = useRef<HTMLTextAreaElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useLayoutEffect(() => {
    const area = box.current;
    if (area === null) return;
    area.style.blockSize = "auto";
    area.style.blockSize = `${Math.min(area.scrollHeight, mostLines * lineHeight)}px`;
  }, [text]);
  const send = () => {
    if (running || text.trim() === "") return;
    onSend(text.trim());
    setText("");
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <div className="composer">
      <textarea
        ref={box}
        rows={1}
        value={text}
        placeholder={t("chat.placeholder")}
        aria-label={t("chat.message")}
        dir={text === "" ? undefined : "auto"}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      {running ? (
        <IconButton variant="primary" size="md" className="send" label={t("run.stop")} onClick={onStop}>
          <Square aria-hidden fill="currentColor" />
        </IconButton>
      ) : (
        <IconButton
          variant="primary"
          size="md"
          className="send"
          label={t("chat.send")}
          notNow={text.trim() === "" ? t("chat.send-nothing") : undefined}
          onClick={send}
        >
          <ArrowUp aria-hidden />
        </IconButton>
      )}
    </div>
  );
}
