// What a step used, over all of its calls.

import { useTranslation } from "react-i18next";

import type { Attempt, StepView } from "../../../api/types";
import { duration, money, number } from "../../../components/format";
import styles from "./Drawer.module.css";

export function UsageTab({ step, attempts }: { step: StepView; attempts: readonly Attempt[] }) {
  const { t } = useTranslation("executions");
  const { usage } = step;
  if (!usage || attempts.length === 0) return <p className={styles.nothing}>{t("usage.none")}</p>;
  const costOf = (kind: Attempt["kind"]) => {
    const calls = attempts.filter((attempt) => attempt.kind === kind);
    const costs = calls.map(({ cost }) => cost);
    const known = costs.every((cost): cost is number => typeof cost === "number");
    return { count: calls.length, cost: known ? costs.reduce((sum, cost) => sum + cost, 0) : null };
  };
  const kinds = (["call", "repair", "score"] as const).map((kind) => ({ kind, ...costOf(kind) }));
  return (
    <div className={styles.usage} data-scrolls>
      <dl className={styles.facts}>
        <Fact name={t("usage.input")} value={number(usage.input)} />
        <Fact name={t("usage.output")} value={number(usage.output)} />
        {usage.cacheRead !== undefined && <Fact name={t("usage.cacheRead")} value={number(usage.cacheRead)} />}
        {usage.cacheWrite !== undefined && <Fact name={t("usage.cacheWrite")} value={number(usage.cacheWrite)} />}
        <Fact name={t("usage.cost")} value={money(step.cost, { isAtLeast: step.costAtLeast === true })} />
        {step.durationMs !== undefined && <Fact name={t("usage.time")} value={duration(step.durationMs)} />}
      </dl>
      {usage.estimated === true && <p className={styles.quiet}>{t("usage.estimated")}</p>}
      <h3 className={styles.factsHead}>{t("usage.calls")}</h3>
      <dl className={styles.facts}>
        {kinds
          .filter(({ count }) => count > 0)
          .map(({ kind, count, cost }) => (
            <Fact key={kind} name={t(`usage.${kind}`)} value={`${number(count)} · ${money(cost)}`} />
          ))}
      </dl>
    </div>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div className={styles.fact}>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
