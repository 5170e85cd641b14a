// A titled part of the sheet.

import type { ReactNode } from "react";

import styles from "./Sheet.module.css";

export function SheetSection({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={styles.section}>
      <h2 className={styles.heading}>{title}</h2>
      {children}
    </section>
  );
}
