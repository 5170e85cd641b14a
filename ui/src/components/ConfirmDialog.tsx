// The question before what cannot be undone. Its button names the act; nothing is ever confirmed by "OK".

import { AlertDialog } from "radix-ui";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "./Button";
import styles from "./Dialog.module.css";

export function ConfirmDialog({
  isOpen,
  onOpenChange,
  title,
  text,
  confirm,
  onConfirm,
  isDanger = true,
  busy,
  dismiss,
  children,
}: {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  title: string;
  text: ReactNode;
  /** The act: "Delete 2 steps". */
  confirm: string;
  onConfirm: () => void;
  isDanger?: boolean | undefined;
  /** What it is doing, once confirmed. */
  busy?: string | undefined;
  /** What happens otherwise, where "Cancel" could be taken for the act: "Keep running". */
  dismiss?: string | undefined;
  children?: ReactNode;
}) {
  const { t } = useTranslation("common");
  return (
    <AlertDialog.Root open={isOpen} onOpenChange={onOpenChange}>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className={styles.overlay} />
        <AlertDialog.Content className={styles.dialog}>
          <header className={styles.head}>
            <AlertDialog.Title className={styles.title}>{title}</AlertDialog.Title>
          </header>
          <div className={styles.body}>
            <AlertDialog.Description className={styles.text}>{text}</AlertDialog.Description>
            {children}
          </div>
          <footer className={styles.foot}>
            <AlertDialog.Cancel asChild>
              <Button size="dialog">{dismiss ?? t("cancel")}</Button>
            </AlertDialog.Cancel>
            <Button size="dialog" variant={isDanger ? "danger" : "primary"} busy={busy} onClick={onConfirm}>
              {confirm}
            </Button>
          </footer>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
