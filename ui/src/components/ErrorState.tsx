// What could not be shown or done: what happened, what it means, what to do, and the code for who asks.

import { OctagonX } from "lucide-react";
import type { ReactNode } from "react";

import styles from "./ErrorState.module.css";
import { Icon } from "./Icon";

export function ErrorState({
  title,
  text,
  code,
  action,
  isInline = false,
  isPage = false,
}: {
  title: string;
  text?: ReactNode;
  code?: string | number | null | undefined;
  action?: ReactNode;
  /** A card where it stands, instead of in the middle of a screen. */
  isInline?: boolean | undefined;
  /** It is all that the page shows, so its title is the page's. */
  isPage?: boolean | undefined;
}) {
  const Heading = isPage ? "h1" : "h2";
  return (
    <div className={isInline ? undefined : styles.page}>
      <div className={styles.card} role="alert">
        <header className={styles.head}>
          <span className={styles.icon}>
            <Icon icon={OctagonX} />
          </span>
          <Heading className={styles.title}>{title}</Heading>
          {code != null && <code className={styles.code}>{code}</code>}
        </header>
        {text !== undefined && <div className={styles.text}>{text}</div>}
        {action !== undefined && <div className={styles.action}>{action}</div>}
      </div>
    </div>
  );
}
