// A status as icon and word: the way it is said on nodes, in rows and in sentences.

import { useTranslation } from "react-i18next";

import { StatusIcon } from "./StatusIcon";
import { colourOf, lookOf, type Status } from "./status";
import styles from "./StatusWord.module.css";

export function StatusWord({
  status,
  size = "text",
  isFull = false,
}: {
  status: Status;
  /** `meta` on nodes and chips, `text` everywhere else. */
  size?: "meta" | "text";
  /** "Awaiting approval" instead of "Awaiting", where there is room. */
  isFull?: boolean;
}) {
  const word = useStatusWord(status);
  return (
    <span className={size === "meta" ? styles.meta : styles.text} style={{ color: colourOf(status) }}>
      <StatusIcon status={status} sizePx={size === "meta" ? 14 : 16} isNamed />
      {isFull || word.full === word.short ? (
        <span className={styles.word}>{word.full}</span>
      ) : (
        <>
          <span className={styles.word} aria-hidden>
            {word.short}
          </span>
          <span className="visually-hidden">{word.full}</span>
        </>
      )}
    </span>
  );
}

/** The word of a status, in full and as short as nodes and tables need it. */
export function useStatusWord(status: Status): { full: string; short: string } {
  const { t } = useTranslation("common");
  const full = t(`status.${lookOf(status).word}`);
  return { full, short: status === "awaiting_approval" ? t("awaitingShort") : full };
}
