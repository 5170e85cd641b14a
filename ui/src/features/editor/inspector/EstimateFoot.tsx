// What the step may cost and take, by the rule in estimate.ts.

import { useDeferredValue } from "react";
import { useTranslation } from "react-i18next";

import { clock, moneyRoughly } from "../../../components/format";
import { Tooltip } from "../../../components/Tooltip";
import { useEditor } from "../useEditor";
import { estimateOf } from "./estimate";
import styles from "./inspector.module.css";
import type { StepHandle } from "./useStep";

const MINUTE_MS = 60_000;

export function EstimateFoot({ handle: { plan, step } }: { handle: StepHandle }) {
  const { t } = useTranslation("inspector");
  const { models } = useEditor();
  const { costUsd, ms } = estimateOf(plan, useDeferredValue(step), models);
  const time = ms < MINUTE_MS ? t("estimate.seconds", { count: Math.round(ms / 1_000) }) : clock(ms);
  return (
    <Tooltip text={t("estimate.rule")} side="top">
      <footer className={styles.foot}>
        <span>{t("estimate.label")}</span>
        <span>
          <strong>{moneyRoughly(costUsd)}</strong> · {t("estimate.time", { time })}
        </span>
      </footer>
    </Tooltip>
  );
}
