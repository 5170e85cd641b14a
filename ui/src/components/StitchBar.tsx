// The parts of an execution, a stitch per task. Screen readers hear the sentence that may also stand below it.

import { useTranslation } from "react-i18next";

import { type Counts, STITCH_ORDER, stitchesOf, totalOf } from "./progress";
import { segmentClass } from "./status";
import styles from "./StitchBar.module.css";

export function StitchBar({
  counts,
  hasWords = false,
  heightPx = 8,
}: {
  counts: Counts;
  /** The parts stand in words below. */
  hasWords?: boolean | undefined;
  heightPx?: number | undefined;
}) {
  const words = useProgressWords(counts);
  const stitches = stitchesOf(counts);
  return (
    <span className={styles.place}>
      <span
        className={styles.bar}
        data-many={stitches.length > 24 || undefined}
        style={{ height: `${heightPx / 16}rem` }}
        role="img"
        aria-label={words.join(", ")}
      >
        {stitches.map((status, index) => (
          <span key={index} className={segmentClass(status)} />
        ))}
      </span>
      {hasWords && (
        <span className={styles.words} aria-hidden>
          {words.join(" · ")}
        </span>
      )}
    </span>
  );
}

/** "3 of 8 completed", "1 running", "1 awaiting", "3 pending". */
export function useProgressWords(counts: Counts): string[] {
  const { t } = useTranslation("common");
  const parts = STITCH_ORDER.flatMap((status) => {
    const count = counts[status] ?? 0;
    return status === "completed" || count === 0 ? [] : [t(`parts.${status}`, { count })];
  });
  return [t("parts.ofTotal", { count: counts.completed ?? 0, total: totalOf(counts) }), ...parts];
}
