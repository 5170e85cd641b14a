// A dialog: only for what needs all of the attention.

import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import styles from "./Dialog.module.css";
import { IconButton } from "./IconButton";

export function Dialog({
  isOpen,
  onOpenChange,
  title,
  text,
  children,
  actions,
  size = "usual",
}: {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  title: string;
  text?: ReactNode;
  children?: ReactNode;
  /** The buttons at its foot, the primary one last. */
  actions?: ReactNode;
  /** 480 or 720 px wide. */
  size?: "usual" | "wide" | undefined;
}) {
  const { t } = useTranslation("common");
  return (
    <Radix.Root open={isOpen} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className={styles.overlay} />
        <Radix.Content
          className={[styles.dialog, size === "wide" && styles.wide].filter(Boolean).join(" ")}
          {...(text === undefined ? { "aria-describedby": undefined } : {})}
          onOpenAutoFocus={focusFirstField}
        >
          <header className={styles.head}>
            <Radix.Title className={styles.title}>{title}</Radix.Title>
            <Radix.Close asChild>
              <IconButton name={t("close")} icon={X} keys="Escape" />
            </Radix.Close>
          </header>
          <div className={styles.body}>
            {text !== undefined && <Radix.Description className={styles.text}>{text}</Radix.Description>}
            {children}
          </div>
          {actions !== undefined && <footer className={styles.foot}>{actions}</footer>}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** Where one writes, if anywhere; else the dialog itself, so that no tooltip opens by itself. */
function focusFirstField(event: Event): void {
  const content = event.currentTarget;
  if (!(content instanceof HTMLElement)) return;
  event.preventDefault();
  const field = content.querySelector<HTMLElement>(
    "input:not([hidden]), textarea, [role=combobox], [contenteditable=true]",
  );
  (field ?? content).focus();
}
