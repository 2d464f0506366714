import { Modal } from "@mantine/core";
import type { ReactNode } from "react";
import { useT } from "../i18n/i18n.tsx";

type DialogProps = {
  open: boolean;
  onClose: () => void;
  /** A question or an action. */
  title: ReactNode;
  size?: "small" | "large";
  /** *Cancel* first, the verb last. */
  actions?: ReactNode;
  children: ReactNode;
};

/** One decision, or a form of at most six fields. */
export function Dialog({ open, onClose, title, size = "small", actions, children }: DialogProps) {
  const t = useT();
  return (
    <Modal
      opened={open}
      onClose={onClose}
      title={title}
      centered
      radius={16}
      size={size === "small" ? 440 : 560}
      zIndex={30}
      closeButtonProps={{ "aria-label": t("ui.close") }}
      transitionProps={{ duration: 160, transition: "fade" }}
    >
      {children}
      {actions !== undefined && <div className="dialog-actions">{actions}</div>}
    </Modal>
  );
}
