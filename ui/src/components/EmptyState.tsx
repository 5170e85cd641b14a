// A place where nothing is yet: a drawing, one sentence about what comes here, one action.

import type { ReactNode } from "react";

import styles from "./EmptyState.module.css";
import { PlanDrawing } from "./PlanDrawing";

const DRAWN = [
  { id: "a" },
  { id: "b", dependsOn: ["a"] },
  { id: "c", dependsOn: ["a"] },
  { id: "d", dependsOn: ["b", "c"] },
];

export function EmptyState({
  title,
  text,
  action,
  drawing,
  isInline = false,
  isPage = false,
}: {
  title: string;
  text?: ReactNode;
  action?: ReactNode;
  /** In place of the small weave. */
  drawing?: ReactNode;
  /** Inside a panel or a list, instead of in the middle of a screen. */
  isInline?: boolean | undefined;
  /** It is all that the page shows, so its title is the page's. */
  isPage?: boolean | undefined;
}) {
  const Heading = isPage ? "h1" : "h2";
  return (
    <div className={isInline ? styles.inline : styles.page}>
      <div className={styles.content}>
        <div className={styles.drawing} aria-hidden>
          {drawing ?? <PlanDrawing steps={DRAWN} size="medium" />}
        </div>
        <div className={styles.words}>
          <Heading className={styles.title}>{title}</Heading>
          {text !== undefined && <p className={styles.text}>{text}</p>}
          {action !== undefined && <div className={styles.action}>{action}</div>}
        </div>
      </div>
    </div>
  );
}
