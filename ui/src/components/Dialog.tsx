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
