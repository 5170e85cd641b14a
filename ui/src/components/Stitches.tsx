// A measure as a row of 20 stitches: the tokens of a streaming step, a mark, the size of a share.

import styles from "./Stitches.module.css";

export type StitchTone = "ink" | "accent" | "running" | "awaiting" | "completed";

export function Stitches({
  value,
  label,
  tone = "ink",
  count = 20,
  heightPx = 4,
}: {
  /** 0 to 1. */
  value: number;
  /** What is measured, for screen readers. */
  label: string;
  tone?: StitchTone | undefined;
  count?: number | undefined;
  heightPx?: number | undefined;
}) {
  const filled = Math.round(Math.min(1, Math.max(0, value)) * count);
  return (
    <span
      className={[styles.row, styles[tone]].join(" ")}
      style={{ height: `${heightPx / 16}rem` }}
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={1}
      aria-valuenow={value}
    >
      {Array.from({ length: count }, (_, index) => (
        <span key={index} className={index < filled ? styles.filled : styles.empty} />
      ))}
    </span>
  );
}
