// What it will cost and take: a range, how long it took so far, and how many people will be asked.

import { useQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";

import { plansQuery } from "../../../api/queries";
import { about, clock, moneyRange } from "../../../components/format";
import { Icon } from "../../../components/Icon";
import { Sentence } from "../../../components/Sentence";
import styles from "./RunPanel.module.css";
import type { Run } from "./useRun";
import { reviewsInWords } from "./words";

/** What is beyond stands in the dry run. */
const MOST_WARNINGS = 2;

export function EstimateLine({ planId, run }: { planId: string; run: Run }) {
  const { t } = useTranslation("run");
  const { answer, error, isStale } = run.estimate;
  const warnings = answer?.warnings ?? [];
  return (
    <div className={styles.estimate}>
      <div className={styles.estimateLine}>
        <span className={styles.estimateName}>{t("estimate")}</span>
        <output className={styles.estimateValue} data-stale={(answer !== null && isStale) || undefined}>
          {answer ? (
            <Amounts planId={planId} run={run} />
          ) : (
            <span className={styles.quiet}>
              {run.whyNot !== undefined ? t("estimateEmpty") : error ? t("estimateFailed") : t("estimating")}
            </span>
          )}
        </output>
      </div>
      {warnings.slice(0, MOST_WARNINGS).map((warning) => (
        <p key={warning} className={styles.warning}>
          <Icon icon={TriangleAlert} sizePx={14} />
          <span>
            <Sentence text={warning} />
          </span>
        </p>
      ))}
      {warnings.length > MOST_WARNINGS && (
        <p className={styles.quiet}>{t("warnings", { count: warnings.length - MOST_WARNINGS })}</p>
      )}
    </div>
  );
}

function Amounts({ planId, run }: { planId: string; run: Run }) {
  const { t } = useTranslation("run");
  const averageMs = useAverageMs(planId);
  const { answer } = run.estimate;
  if (!answer) return null;
  // How long models took says nothing of the simulator.
  const time = averageMs === null || run.simulate ? [] : [about(clock(averageMs))];
  const cost = run.simulate ? t("costsNothing") : moneyRange(answer.costMin, answer.costMax);
  return (
    <>
      <strong>{cost}</strong>
      {["", ...time, reviewsInWords(answer)].join(", ")}
    </>
  );
}

function useAverageMs(planId: string): number | null {
  const { data: averageMs } = useQuery({
    ...plansQuery(false),
    select: (plans) => plans.find((plan) => plan.id === planId)?.stats?.averageDurationMs ?? null,
  });
  return averageMs ?? null;
}
