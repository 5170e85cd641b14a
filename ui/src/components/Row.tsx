// A quiet row of 36 px: what it is, its value at the right. It opens in place, or has its control at the right.

import { ChevronRight, type LucideIcon } from "lucide-react";
import { Collapsible } from "radix-ui";
import { type ReactNode, useId, useState } from "react";

import { Icon } from "./Icon";
import styles from "./Row.module.css";

export function Row({
  label,
  value,
  icon,
  children,
  isOpen,
  onOpenChange,
}: {
  label: ReactNode;
  value?: ReactNode;
  icon?: LucideIcon | undefined;
  /** What opens below it. */
  children?: ReactNode;
  /** Where the parent keeps whether it is open. */
  isOpen?: boolean | undefined;
  onOpenChange?: ((isOpen: boolean) => void) | undefined;
}) {
  const [isOpenHere, setOpenHere] = useState(false);
  const sides = (
    <>
      {icon && (
        <span className={styles.icon}>
          <Icon icon={icon} />
        </span>
      )}
      <span className={styles.label}>{label}</span>
      {value !== undefined && <span className={styles.value}>{value}</span>}
    </>
  );
  if (children === undefined) return <div className={[styles.row, styles.line].join(" ")}>{sides}</div>;
  return (
    <Collapsible.Root
      className={styles.line}
      open={isOpen ?? isOpenHere}
      onOpenChange={(next) => {
        setOpenHere(next);
        onOpenChange?.(next);
      }}
    >
      <Collapsible.Trigger className={[styles.row, styles.opens].join(" ")}>
        {sides}
        <span className={styles.chevron}>
          <Icon icon={ChevronRight} sizePx={14} />
        </span>
      </Collapsible.Trigger>
      <Collapsible.Content className={styles.content}>{children}</Collapsible.Content>
    </Collapsible.Root>
  );
}

/** A row whose control stands at the right, named by the row's label. */
export function ControlRow({
  label,
  icon,
  hint,
  children,
}: {
  label: string;
  icon?: LucideIcon | undefined;
  hint?: ReactNode;
  /** The control, given the id of its label. */
  children: (labelId: string) => ReactNode;
}) {
  const id = useId();
  return (
    <div className={[styles.row, styles.line].join(" ")}>
      {icon && (
        <span className={styles.icon}>
          <Icon icon={icon} />
        </span>
      )}
      <span className={styles.label}>
        <span id={id}>{label}</span>
        {hint !== undefined && <span className={styles.hint}>{hint}</span>}
      </span>
      {children(id)}
    </div>
  );
}
