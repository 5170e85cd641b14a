// How the whole execution is going: its state and why, its parts, time, tokens and cost.

import { FlaskConical } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import type { Execution } from "../../api/types";
import { about, clock, elapsed, money, moneyRoughly, number } from "../../components/format";
import { Icon } from "../../components/Icon";
import { countsOfProgress, countsOfTasks } from "../../components/progress";
import { StatusPill } from "../../components/StatusPill";
import { StitchBar } from "../../components/StitchBar";
import { Tooltip } from "../../components/Tooltip";
import type { Estimate } from "./estimate";
import styles from "./Strip.module.css";
import { useNow } from "./useNow";
import { whyOf } from "./words";

export function Strip({
  execution,
  estimateAt,
}: {
  execution: Execution;
  estimateAt: (nowMs: number) => Estimate | null;
}) {
  const { t } = useTranslation("executions");
  const { status, steps, progress, usage, options } = execution;
  const counts = useMemo(
    () => (steps ? countsOfTasks(Object.values(steps).map((step) => step.status)) : countsOfProgress(progress)),
    [steps, progress],
  );
  const isLive = execution.completedAt === undefined;
  return (
    <section className={styles.strip} aria-label={t("strip.label")}>
      <div className={styles.state}>
        <StatusPill status={status} />
        <Why execution={execution} />
        {execution.simulated === true && (
          <span className={styles.simulated} title={t("simulatedHint")}>
            <Icon icon={FlaskConical} sizePx={14} /> <span className={styles.simulatedWord}>{t("simulated")}</span>
          </span>
        )}
      </div>
      <div className={styles.parts}>
        <StitchBar counts={counts} hasWords />
      </div>
      <div className={styles.numbers}>
        <Times execution={execution} isLive={isLive} estimateAt={estimateAt} />
        <Metric value={number(usage.total)} name={t("strip.tokens")} />
        <Cost usage={usage} budget={options?.maxCost ?? null} />
      </div>
    </section>
  );
}

function Why({ execution }: { execution: Execution }) {
  const { t } = useTranslation("executions");
  const nowMs = useNow(execution.status === "paused", "slow");
  const why = whyOf(t, execution, nowMs);
  return why === "" ? null : <span className={styles.why}>{why}</span>;
}

function Times({
  execution,
  isLive,
  estimateAt,
}: {
  execution: Execution;
  isLive: boolean;
  estimateAt: (nowMs: number) => Estimate | null;
}) {
  const { t } = useTranslation("executions");
  const nowMs = useNow(isLive);
  const startMs = Date.parse(execution.startedAt ?? execution.createdAt);
  const endMs = execution.completedAt === undefined ? nowMs : Date.parse(execution.completedAt);
  const estimate = isLive ? estimateAt(nowMs) : null;
  return (
    <>
      <Metric value={elapsed(endMs - startMs)} name={isLive ? t("strip.elapsed") : t("strip.took")} />
      {estimate && (
        <Tooltip text={t("strip.leftHint")}>
          <Metric
            value={about(clock(estimate.leftMs))}
            name={estimate.hasReview ? t("strip.leftReview") : t("strip.left")}
          />
        </Tooltip>
      )}
    </>
  );
}

function Metric({ value, name, ...rest }: { value: string; name: string } & React.ComponentProps<"div">) {
  return (
    <div {...rest} className={styles.metric}>
      <span className={styles.value}>{value}</span>
      <span className={styles.name}>{name}</span>
    </div>
  );
}

function Cost({ usage, budget }: { usage: Execution["usage"]; budget: number | null }) {
  const { t } = useTranslation("executions");
  const isAtLeast = usage.atLeast === true || (usage.totalCost === null && usage.knownCost !== undefined);
  const cost = money(usage.totalCost ?? usage.knownCost ?? null, { isAtLeast });
  if (budget === null) return <Metric value={cost} name={t("strip.cost")} />;
  const share = budget === 0 ? 1 : Math.min(1, (usage.totalCost ?? usage.knownCost ?? 0) / budget);
  return (
    <div className={styles.metric}>
      <span className={styles.value}>
        {cost} <span className={styles.of}>{t("strip.ofBudget", { amount: moneyRoughly(budget) })}</span>
      </span>
      <span
        className={styles.track}
        role="meter"
        aria-label={t("strip.budgetUsed")}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
      >
        <span className={styles.used} style={{ transform: `scaleX(${share})` }} />
      </span>
    </div>
  );
}
