import { Button, Dialog, Notice, useT } from "@diwan/ui";
import type { UseMutationResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useErrorText } from "./api/error-text.ts";

type DestroyDialogProps = {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  /** What the button that does it says. */
  confirm: string;
  onConfirm: () => void;
  /** What `onConfirm` sets off: while it is pending the button is busy, and its error is shown. */
  mutation: Pick<UseMutationResult<unknown, Error, never>, "isPending" | "error">;
  /** What will be gone. */
  children: ReactNode;
};

/** Asks before something is destroyed; the focus starts on the way out. */
export function DestroyDialog({ open, onClose, title, confirm, onConfirm, mutation, children }: DestroyDialogProps) {
  const t = useT();
  const sentence = useErrorText();
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={title}
      actions={
        <>
          <Button onClick={onClose} data-autofocus>
            {t("app.cancel")}
          </Button>
          <Button variant="destroy" busy={mutation.isPending} onClick={onConfirm}>
            {confirm}
          </Button>
        </>
      }
    >
      {children}
      {mutation.error !== null && (
        <Notice tone="bad" alert>
          {sentence(mutation.error).why}
        </Notice>
      )}
    </Dialog>
  );
}
