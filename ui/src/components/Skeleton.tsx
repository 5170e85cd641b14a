// The true geometry of what is still coming. It shows after 150 ms, stands still, and is silent for screen readers.

import styles from "./Skeleton.module.css";

export function Skeleton({
  widthRem,
  heightRem = 0.75,
}: {
  widthRem?: number | undefined;
  heightRem?: number | undefined;
}) {
  const width = widthRem === undefined ? "100%" : `${widthRem}rem`;
  return <span className={styles.skeleton} style={{ width, height: `${heightRem}rem` }} aria-hidden />;
}

/** Rows of a list or a table that is being read; `label` says so once. */
export function SkeletonRows({
  rows = 8,
  heightRem = 3,
  label,
}: {
  rows?: number | undefined;
  heightRem?: number | undefined;
  label: string;
}) {
  return (
    <div role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className={styles.row} style={{ height: `${heightRem}rem` }}>
          <Skeleton widthRem={4.5} heightRem={1} />
          <Skeleton widthRem={8 + ((row * 5) % 7)} />
        </div>
      ))}
    </div>
  );
}
