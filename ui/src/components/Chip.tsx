// An id or a small fact on sunken ground; it can be taken away where there is a way to.

import { X } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import styles from "./Chip.module.css";
import { Icon } from "./Icon";

export function Chip({
  children,
  isMono = false,
  onRemove,
  name,
}: {
  children: ReactNode;
  isMono?: boolean | undefined;
  onRemove?: (() => void) | undefined;
  /** What is removed, for the button's name; the chip's own text if left out. */
  name?: string | undefined;
}) {
  const { t } = useTranslation("common");
  const removed = name ?? (typeof children === "string" ? children : "");
  return (
    <span className={[styles.chip, isMono && styles.mono, onRemove && styles.removable].filter(Boolean).join(" ")}>
      {children}
      {onRemove && (
        <button type="button" className={styles.remove} aria-label={t("remove", { name: removed })} onClick={onRemove}>
          <Icon icon={X} sizePx={12} />
        </button>
      )}
    </span>
  );
}

/** A reference of a template, as it looks in prompts. */
export function TemplateToken({ children }: { children: ReactNode }) {
  return <code className={styles.token}>{children}</code>;
}
