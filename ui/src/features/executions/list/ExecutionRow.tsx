// One execution in the list: its state and why, its plan, its parts, when, how long, how much.

import { Link } from "@tanstack/react-router";
import { FlaskConical } from "lucide-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";

import type { Execution } from "../../../api/types";
import { absolute, ago, duration, money, number } from "../../../components/format";
import { Icon } from "../../../components/Icon";
import { countsOfProgress } from "../../../components/progress";
import { Skeleton } from "../../../components/Skeleton";
import { StatusWord } from "../../../components/StatusWord";
import { StitchBar } from "../../../components/StitchBar";
import { Td, Tr } from "../../../components/Table";
import { useNow } from "../useNow";
import { whyOf } from "../words";
import styles from "./Executions.module.css";

export const ExecutionRow = memo(function ExecutionRow({
  execution,
  index,
  isCurrent,
  onOpen,
  onFocus,
}: {
  execution: Execution;
  index: number;
  /** The one that Tab enters. */
  isCurrent: boolean;
  onOpen: (id: string) => void;
  onFocus: (index: number) => void;
}) {
  const { t } = useTranslation("executions");
  const { id, status, planName, progress, usage, startedAt, createdAt, simulated } = execution;
  const nowMs = useNow(execution.completedAt === undefined, "slow");
  const why = whyOf(t, execution, nowMs);
  const started = startedAt ?? createdAt;
  const endMs = execution.completedAt === undefined ? nowMs : Date.parse(execution.completedAt);
  const isAtLeast = usage.atLeast === true || (usage.totalCost === null && usage.knownCost !== undefined);
  return (
    <Tr
      className={styles.row}
      data-row={index}
      aria-rowindex={index + 2}
      tabIndex={isCurrent ? 0 : -1}
      onFocus={() => onFocus(index)}
      onClick={() => onOpen(id)}
      onKeyDown={(event) => {
        if (event.key !== "Enter" || event.target !== event.currentTarget) return;
        event.preventDefault();
        onOpen(id);
      }}
    >
      <Td>
        <span className={styles.status}>
          <StatusWord status={status} />
          {why !== "" && (
            <span className={styles.why} title={why}>
              {why}
            </span>
          )}
        </span>
      </Td>
      <Td>
        <span className={styles.plan}>
          <Link
            to="/executions/$executionId"
            params={{ executionId: id }}
            className={styles.name}
            tabIndex={-1}
            onClick={(event) => event.stopPropagation()}
          >
            {planName}
          </Link>
          {simulated === true && (
            <span className={styles.flask} title={t("simulatedHint")}>
              <Icon icon={FlaskConical} sizePx={14} />
              <span className="visually-hidden">{t("simulated")}</span>
            </span>
          )}
        </span>
      </Td>
      <Td>
        <StitchBar counts={countsOfProgress(progress)} heightPx={6} />
      </Td>
      <Td isQuiet>
        <span title={absolute(started)}>{ago(started)}</span>
      </Td>
      <Td isEnd>{duration(Math.max(0, endMs - Date.parse(started)))}</Td>
      <Td isEnd>{number(usage.total)}</Td>
      <Td isEnd>{money(usage.totalCost ?? usage.knownCost ?? null, { isAtLeast })}</Td>
    </Tr>
  );
});

/** The row of a page that is still being read. */
export function PendingRow({ index }: { index: number }) {
  return (
    <Tr className={styles.row} aria-rowindex={index + 2}>
      {[7, 9, 8, 5, 3, 3, 4].map((widthRem, cell) => (
        <Td key={cell} isEnd={cell > 3}>
          <Skeleton widthRem={widthRem} />
        </Td>
      ))}
    </Tr>
  );
}
