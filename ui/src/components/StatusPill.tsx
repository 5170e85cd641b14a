// A status on its soft ground: the state of the whole thing that a screen is about.

import { softColourOf, type Status } from "./status";
import styles from "./StatusPill.module.css";
import { StatusWord } from "./StatusWord";

export function StatusPill({ status, isFull = false }: { status: Status; isFull?: boolean }) {
  return (
    <span className={styles.pill} style={{ background: softColourOf(status) }}>
      <StatusWord status={status} isFull={isFull} />
    </span>
  );
}
