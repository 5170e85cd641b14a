// The icon of a status in its colour. Without a word beside it, it says the word to screen readers.

import { useTranslation } from "react-i18next";

import { Icon } from "./Icon";
import { Spinner } from "./Spinner";
import { colourOf, lookOf, type Status } from "./status";
import styles from "./StatusWord.module.css";

export function StatusIcon({
  status,
  sizePx = 16,
  isNamed = false,
}: {
  status: Status;
  sizePx?: number;
  /** The word stands beside it already. */
  isNamed?: boolean;
}) {
  const { t } = useTranslation("common");
  const look = lookOf(status);
  return (
    <span className={styles.icon} style={{ color: colourOf(status) }}>
      {look.icon === lookOf("running").icon ? <Spinner sizePx={sizePx} /> : <Icon icon={look.icon} sizePx={sizePx} />}
      {!isNamed && <span className="visually-hidden">{t(`status.${look.word}`)}</span>}
    </span>
  );
}
