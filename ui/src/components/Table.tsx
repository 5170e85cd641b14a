// Tables that can be read down a column: numbers at the right, one line per row, sorting in the head.

import { ArrowDown, ArrowUp } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";

import { Icon } from "./Icon";
import styles from "./Table.module.css";

export type SortOrder = "ascending" | "descending";

export function Table({
  label,
  rowSize = "table",
  className,
  ...rest
}: Omit<ComponentProps<"table">, "aria-label"> & {
  label: string;
  /** 48 px with two lines, 36 px with one. */
  rowSize?: "table" | "list" | undefined;
}) {
  const classes = [styles.table, rowSize === "list" && styles.list, className].filter(Boolean).join(" ");
  return <table {...rest} aria-label={label} className={classes} />;
}

/** A head: with `onSort`, a button that sorts by this column. */
export function Th({
  children,
  order,
  onSort,
  isEnd = false,
  isHidden = false,
  width,
}: {
  children: ReactNode;
  /** How the table is sorted by this column now; null if by another. */
  order?: SortOrder | null | undefined;
  onSort?: (() => void) | undefined;
  /** Numbers stand at the right. */
  isEnd?: boolean | undefined;
  /** The column speaks for itself; its name is for screen readers. */
  isHidden?: boolean | undefined;
  width?: string | undefined;
}) {
  const sort = onSort === undefined ? undefined : (order ?? "none");
  return (
    <th scope="col" className={isEnd ? styles.end : undefined} style={{ width }} aria-sort={sort}>
      {onSort === undefined ? (
        <span className={isHidden ? "visually-hidden" : undefined}>{children}</span>
      ) : (
        <button type="button" className={styles.sort} onClick={onSort}>
          {children}
          <span className={styles.arrow} data-on={order != null || undefined}>
            <Icon icon={order === "ascending" ? ArrowUp : ArrowDown} sizePx={12} />
          </span>
        </button>
      )}
    </th>
  );
}

export function Tr({ isSelected, className, ...rest }: ComponentProps<"tr"> & { isSelected?: boolean | undefined }) {
  return (
    <tr
      {...rest}
      aria-selected={isSelected}
      data-selected={isSelected || undefined}
      className={[styles.row, className].filter(Boolean).join(" ")}
    />
  );
}

export function Td({
  isEnd = false,
  isQuiet = false,
  className,
  ...rest
}: ComponentProps<"td"> & { isEnd?: boolean | undefined; isQuiet?: boolean | undefined }) {
  const classes = [isEnd && styles.end, isQuiet && styles.quiet, className].filter(Boolean).join(" ");
  return <td {...rest} className={classes} />;
}
