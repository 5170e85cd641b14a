// A three-quarter ring that turns while something runs; it stands still where motion is not wanted.

import styles from "./Spinner.module.css";

export function Spinner({ sizePx = 16 }: { sizePx?: number }) {
  const strokeWidth = (strokeAt(sizePx) * 24) / sizePx;
  return (
    <svg
      className={styles.spinner}
      style={{ width: `${sizePx / 16}rem`, height: `${sizePx / 16}rem` }}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={strokeWidth}
      strokeLinecap="round"
      aria-hidden
    >
      <path d="M21 12a9 9 0 1 1 -9 -9" />
    </svg>
  );
}

/** The stroke of icons in px: thinner in small ones, so that all look drawn by one pen. */
export function strokeAt(sizePx: number): number {
  if (sizePx <= 12) return 1.25;
  return sizePx <= 14 ? 1.4 : 1.5;
}
