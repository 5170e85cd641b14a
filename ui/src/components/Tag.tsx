// A tag: the only thing that is a pill. As a filter it can be on.

import type { ReactNode } from "react";

import styles from "./Tag.module.css";

export function Tag({
  children,
  isOn,
  onClick,
}: {
  children: ReactNode;
  isOn?: boolean | undefined;
  /** Makes it a filter. */
  onClick?: (() => void) | undefined;
}) {
  if (!onClick) return <span className={styles.tag}>{children}</span>;
  return (
    <button type="button" className={styles.tag} aria-pressed={isOn ?? false} onClick={onClick}>
      {children}
    </button>
  );
}
