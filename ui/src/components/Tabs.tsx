// Tabs with a stitched underline. The parent keeps which one is open, because that is in the address.

import { Tabs as Radix } from "radix-ui";
import type { ReactNode } from "react";

import styles from "./Tabs.module.css";

export interface Tab<T extends string> {
  value: T;
  label: string;
  /** How many are in it. */
  count?: number | undefined;
  disabled?: boolean | undefined;
}

export function Tabs<T extends string>({
  value,
  onChange,
  tabs,
  label,
  end,
  children,
  className,
}: {
  value: T;
  onChange: (value: T) => void;
  tabs: readonly Tab<T>[];
  label: string;
  /** What stands right of the tabs. */
  end?: ReactNode;
  /** `TabPanel`s. */
  children?: ReactNode;
  className?: string | undefined;
}) {
  return (
    <Radix.Root
      className={[styles.root, className].filter(Boolean).join(" ")}
      value={value}
      onValueChange={(next) => {
        const chosen = tabs.find((tab) => tab.value === next);
        if (chosen) onChange(chosen.value);
      }}
    >
      <div className={styles.bar}>
        <Radix.List className={styles.list} aria-label={label}>
          {tabs.map((tab) => (
            <Radix.Trigger key={tab.value} value={tab.value} disabled={tab.disabled ?? false} className={styles.tab}>
              {tab.label}
              {tab.count !== undefined && <span className={styles.count}>{tab.count}</span>}
            </Radix.Trigger>
          ))}
        </Radix.List>
        {end !== undefined && <div className={styles.end}>{end}</div>}
      </div>
      {children}
    </Radix.Root>
  );
}

export function TabPanel({
  value,
  children,
  className,
}: {
  value: string;
  children: ReactNode;
  className?: string | undefined;
}) {
  return (
    <Radix.Content value={value} className={[styles.panel, className].filter(Boolean).join(" ")}>
      {children}
    </Radix.Content>
  );
}
