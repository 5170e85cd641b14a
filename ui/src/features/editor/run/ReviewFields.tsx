// Budget and threshold side by side; behind them, closed, who is asked in any case and for how long.

import { useTranslation } from "react-i18next";

import type { Settings } from "../../../api/types";
import { Field } from "../../../components/Field";
import { score } from "../../../components/format";
import { NumberField } from "../../../components/NumberField";
import { Row } from "../../../components/Row";
import { Select } from "../../../components/Select";
import { AskedSteps } from "./AskedSteps";
import type { OnTimeout } from "./form";
import { plain, type SettingField } from "./issues";
import styles from "./RunPanel.module.css";
import type { PlanToRun } from "./usePlanToRun";
import type { Run } from "./useRun";

const PROPOSED_THRESHOLD = 0.85;
const MINUTE_MS = 60_000;
const ON_TIMEOUTS = ["hold", "reject", "approve"] as const satisfies readonly OnTimeout[];

interface ReviewFieldsProps {
  plan: PlanToRun;
  run: Run;
  settings: Settings;
}

export function ReviewFields({ plan, run, settings }: ReviewFieldsProps) {
  const { t } = useTranslation("run");
  const { form, act } = run;
  const { hitl } = plan.plan;
  const threshold = form.threshold === undefined ? (hitl?.confidenceThreshold ?? null) : form.threshold;
  const problemAt = useProblems(run);
  const asked = new Set([...plan.alwaysAsked, ...form.requiredFor].filter((id) => plan.stepIds.has(id))).size;
  return (
    <>
      <div>
        <div className={styles.pair}>
          <Field label={t("budget")} error={problemAt("options.maxCost")}>
            <NumberField
              prefix="$"
              min={0}
              max={1_000_000}
              step={0.1}
              value={form.budgetUsd}
              placeholder={t("budgetPlaceholder")}
              onChange={(budgetUsd) => act({ kind: "change", change: { budgetUsd } })}
            />
          </Field>
          <Field label={t("threshold")} error={problemAt("hitl.confidenceThreshold")}>
            <NumberField
              min={0}
              max={1}
              step={0.01}
              value={threshold}
              placeholder={score(PROPOSED_THRESHOLD)}
              onChange={(next) => act({ kind: "change", change: { threshold: next } })}
            />
          </Field>
        </div>
        <p className={styles.underPair}>
          {threshold === null
            ? t("thresholdOff")
            : t("thresholdOn", { evaluator: hitl?.evaluator ?? settings.evaluator })}
        </p>
      </div>
      <div className={styles.more}>
        <Row label={t("more")} value={asked === 0 ? t("moreValue.none") : t("moreValue.asked", { count: asked })}>
          <AskedSteps
            stepIds={[...plan.stepIds]}
            byPlan={plan.alwaysAsked}
            chosen={form.requiredFor}
            error={problemAt("hitl.requiredFor")}
            onChange={(requiredFor) => act({ kind: "change", change: { requiredFor } })}
          />
          <Limits plan={plan} run={run} />
        </Row>
      </div>
    </>
  );
}

function Limits({ plan, run }: { plan: PlanToRun; run: Run }) {
  const { t } = useTranslation("run");
  const { form, act } = run;
  const { hitl } = plan.plan;
  const problemAt = useProblems(run);
  const reviewMs = form.reviewTimeoutMs === undefined ? (hitl?.timeoutMs ?? null) : form.reviewTimeoutMs;
  const onTimeout = form.onTimeout ?? ON_TIMEOUTS.find((one) => one === hitl?.onTimeout) ?? "hold";
  return (
    <>
      <div>
        <div className={styles.pair}>
          <Field label={t("reviewTime")} error={problemAt("hitl.timeoutMs")}>
            <Minutes valueMs={reviewMs} onChange={(ms) => act({ kind: "change", change: { reviewTimeoutMs: ms } })} />
          </Field>
          <Field label={t("runTime")} error={problemAt("options.timeoutMs")}>
            <Minutes
              valueMs={form.timeoutMs}
              onChange={(timeoutMs) => act({ kind: "change", change: { timeoutMs } })}
            />
          </Field>
        </div>
        <p className={styles.underPair}>{t("runTimeHint")}</p>
      </div>
      <Field
        label={t("onTimeout")}
        hint={reviewMs === null ? t("onTimeoutNeedsTime") : undefined}
        error={problemAt("hitl.onTimeout")}
      >
        <Select
          value={onTimeout}
          disabled={reviewMs === null}
          onChange={(next) => act({ kind: "change", change: { onTimeout: next } })}
          options={ON_TIMEOUTS.map((one) => ({ value: one, label: t(`onTimeouts.${one}`) }))}
        />
      </Field>
    </>
  );
}

function Minutes({ valueMs, onChange }: { valueMs: number | null; onChange: (ms: number | null) => void }) {
  const { t } = useTranslation("run");
  return (
    <NumberField
      unit={t("minutes")}
      min={0.001}
      value={valueMs === null ? null : valueMs / MINUTE_MS}
      placeholder={t("noTimeLimit")}
      onChange={(minutes) => onChange(minutes === null ? null : Math.max(1, Math.round(minutes * MINUTE_MS)))}
    />
  );
}

function useProblems(run: Run): (field: SettingField) => string | undefined {
  return (field) => {
    const sentence = run.issues.settings.get(field);
    return sentence === undefined ? undefined : plain(sentence);
  };
}
