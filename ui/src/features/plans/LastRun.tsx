// A plan's last execution: its status, and beside it always why.

import type { TFunction } from "i18next";
import { FlaskConical } from "lucide-react";
import { useTranslation } from "react-i18next";

import type { Plan } from "../../api/types";
import { ago, timeLeft } from "../../components/format";
import { Icon } from "../../components/Icon";
import { StatusWord } from "../../components/StatusWord";
import { Tooltip } from "../../components/Tooltip";
import styles from "./LastRun.module.css";
import { type Deadline, type Reason, reasonOf } from "./reason";

export interface Moment {
  deadlines: ReadonlyMap<string, Deadline>;
  nowMs: number;
}

export function LastRun({ plan, moment }: { plan: Plan; moment: Moment }) {
  const { t } = useTranslation("plans");
  const last = plan.stats?.lastExecution;
  if (!last) return <span className={styles.never}>{t("never")}</span>;
  const words = wordsOf(reasonOf(last, moment.deadlines, moment.nowMs), moment.nowMs, t);
  return (
    <span className={styles.run}>
      <StatusWord status={last.status} />
      <span className={styles.reason} title={last.error?.message ?? words}>
        {words}
      </span>
      {last.simulated === true && (
        <Tooltip text={t("simulated")}>
          <span className={styles.flask} role="img" aria-label={t("simulated")}>
            <Icon icon={FlaskConical} sizePx={14} />
          </span>
        </Tooltip>
      )}
    </span>
  );
}

const HOUR_MS = 3_600_000;

/** Whole hours where there are any: a row has no room for the minutes, and the approval says them. */
function roughly(leftMs: number): number {
  return leftMs < HOUR_MS ? leftMs : Math.round(leftMs / HOUR_MS) * HOUR_MS;
}

function wordsOf(reason: Reason, nowMs: number, t: TFunction<"plans">): string {
  switch (reason.kind) {
    case "progress":
      return t("reason.progress", reason);
    case "open": {
      const { count, leftMs } = reason;
      return leftMs === null
        ? t("reason.open", { count })
        : t("reason.openLeft", { count, left: timeLeft(roughly(leftMs)) });
    }
    case "expired":
      return t("reason.expired", { count: reason.count });
    case "budget":
      return t("reason.budget");
    case "attempts":
      return t("reason.attempts", { step: reason.stepId, count: reason.count });
    case "failure":
      return reason.stepId === null ? reason.message : `${reason.stepId}: ${reason.message}`;
    case "ended":
      return ago(reason.at, nowMs);
    default:
      return reason satisfies never;
  }
}
