// The last twelve executions of a plan: height and outline say what the colour says.

import { useTranslation } from "react-i18next";

import type { ExecutionStatus } from "../api/types";
import styles from "./LastTwelve.module.css";
import { colourOf } from "./status";

export function LastTwelve({ statuses }: { statuses: readonly ExecutionStatus[] }) {
  const { t } = useTranslation("common");
  const shown = statuses.slice(0, 12);
  const parts = shown.map((status) => t(`status.${status}`)).join(", ");
  const name = shown.length === 0 ? t("lastExecutions.none") : t("lastExecutions.of", { count: shown.length, parts });
  return (
    <span className={styles.row} role="img" aria-label={name}>
      {shown
        .map((status, index) => ({ status, index }))
        .toReversed()
        .map(({ status, index }) => (
          <span key={index} className={shapeOf(status)} style={{ color: colourOf(status) }} />
        ))}
    </span>
  );
}

function shapeOf(status: ExecutionStatus): string {
  switch (status) {
    case "completed":
      return [styles.stitch, styles.full].join(" ");
    case "running":
    case "paused":
    case "pending":
      return [styles.stitch, styles.outline].join(" ");
    case "failed":
      return [styles.stitch, styles.full, styles.short].join(" ");
    case "cancelled":
      return [styles.stitch, styles.outline, styles.short].join(" ");
    default:
      return status satisfies never;
  }
}
