// A bar that stays while something is so: what could not be done, a lost connection, a warning.

import { CircleX, Info, type LucideIcon, Plug, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";

import styles from "./Banner.module.css";
import { Icon } from "./Icon";

export type BannerKind = "error" | "offline" | "warning" | "note";

const ICONS: Record<BannerKind, LucideIcon> = {
  error: CircleX,
  offline: Plug,
  warning: TriangleAlert,
  note: Info,
};

export function Banner({
  kind,
  children,
  action,
  icon,
}: {
  kind: BannerKind;
  children: ReactNode;
  /** What can be done about it. */
  action?: ReactNode;
  icon?: LucideIcon | undefined;
}) {
  return (
    <div className={[styles.banner, styles[kind]].join(" ")} role={kind === "error" ? "alert" : "status"}>
      <span className={styles.icon}>
        <Icon icon={icon ?? ICONS[kind]} />
      </span>
      <div className={styles.text}>{children}</div>
      {action !== undefined && <div className={styles.action}>{action}</div>}
    </div>
  );
}
