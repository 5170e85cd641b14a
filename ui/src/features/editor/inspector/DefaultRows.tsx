// What holds for every step that says nothing of its own.

import { Bot, Hash, ListOrdered, RotateCcw, Thermometer, Timer } from "lucide-react";
import { useTranslation } from "react-i18next";

import { number } from "../../../components/format";
import { NumberField } from "../../../components/NumberField";
import { DurationField } from "./DurationField";
import { timeInWords } from "./durations";
import { FieldProblems } from "./FieldProblems";
import styles from "./inspector.module.css";
import { ModelField } from "./ModelField";
import { Opening } from "./Opening";
import { QueueField } from "./QueueField";
import { RetryFields, useRetryWords } from "./RetryFields";
import { DEFAULT_TIMEOUT_MS, LONGEST_MS, MOST_TOKENS, Reset } from "./StepRows";
import type { PlanHandle } from "./usePlan";

interface RowProps {
  handle: PlanHandle;
}

export function DefaultRows({ handle }: RowProps) {
  return (
    <>
      <DefaultModel handle={handle} />
      <DefaultQueue handle={handle} />
      <DefaultRetry handle={handle} />
      <DefaultTimeout handle={handle} />
      <DefaultMaxTokens handle={handle} />
      <DefaultTemperature handle={handle} />
    </>
  );
}

function DefaultModel({ handle: { plan, changeDefault, problemsAt } }: RowProps) {
  const { t } = useTranslation("inspector");
  const value = plan.defaults?.model;
  const problems = problemsAt("defaults.model");
  return (
    <Opening
      icon={Bot}
      label={t("plan.model")}
      value={<code>{value ?? "sonnet"}</code>}
      isDefault={value === undefined}
      problems={problems}
    >
      <ModelField value={value} fallback="sonnet" onChange={(model) => changeDefault("model", model)} />
      <FieldProblems problems={problems} />
    </Opening>
  );
}

function DefaultQueue({ handle: { plan, changeDefault, problemsAt } }: RowProps) {
  const { t } = useTranslation("inspector");
  const value = plan.defaults?.queue;
  const problems = problemsAt("defaults.queue");
  return (
    <Opening
      icon={ListOrdered}
      label={t("plan.queue")}
      value={<code>{value ?? "default"}</code>}
      isDefault={value === undefined}
      problems={problems}
    >
      <QueueField value={value} fallback="default" onChange={(queue) => changeDefault("queue", queue)} />
      <FieldProblems problems={problems} />
    </Opening>
  );
}

function DefaultRetry({ handle: { plan, changeDefault, problemsAt } }: RowProps) {
  const { t } = useTranslation("inspector");
  const words = useRetryWords();
  const value = plan.defaults?.retry;
  const problems = problemsAt("defaults.retry");
  return (
    <Opening
      icon={RotateCcw}
      label={t("rows.retry")}
      value={words(value, undefined)}
      isDefault={value === undefined}
      problems={problems}
    >
      <RetryFields value={value} fallback={undefined} onChange={(retry) => changeDefault("retry", retry)} />
      <FieldProblems problems={problems} />
      {value !== undefined && <Reset onReset={() => changeDefault("retry", undefined)} />}
    </Opening>
  );
}

function DefaultTimeout({ handle: { plan, changeDefault, problemsAt } }: RowProps) {
  const { t } = useTranslation("inspector");
  const value = plan.defaults?.timeoutMs;
  const problems = problemsAt("defaults.timeoutMs");
  return (
    <Opening
      icon={Timer}
      label={t("rows.timeoutMs")}
      value={timeInWords(value ?? DEFAULT_TIMEOUT_MS, number)}
      isDefault={value === undefined}
      problems={problems}
    >
      <DurationField
        label={t("rows.timeoutMs")}
        valueMs={value}
        fallbackMs={DEFAULT_TIMEOUT_MS}
        units={["s", "min", "h", "ms"]}
        minMs={1}
        maxMs={LONGEST_MS}
        onChange={(ms) => changeDefault("timeoutMs", ms)}
      />
      <p className={styles.quiet}>{t("timeout.hint")}</p>
      <FieldProblems problems={problems} />
    </Opening>
  );
}

function DefaultMaxTokens({ handle: { plan, changeDefault, problemsAt } }: RowProps) {
  const { t } = useTranslation("inspector");
  const value = plan.defaults?.maxTokens;
  const problems = problemsAt("defaults.maxTokens");
  return (
    <Opening
      icon={Hash}
      label={t("rows.maxTokens")}
      value={value === undefined ? t("maxTokens.each") : number(value)}
      isDefault={value === undefined}
      problems={problems}
    >
      <NumberField
        label={t("rows.maxTokens")}
        value={value ?? null}
        min={1}
        max={MOST_TOKENS}
        step={256}
        onChange={(next) => changeDefault("maxTokens", next === null ? undefined : Math.round(next))}
      />
      <p className={styles.quiet}>{t("maxTokens.hint")}</p>
      <FieldProblems problems={problems} />
    </Opening>
  );
}

function DefaultTemperature({ handle: { plan, changeDefault, problemsAt } }: RowProps) {
  const { t } = useTranslation("inspector");
  const value = plan.defaults?.temperature;
  const problems = problemsAt("defaults.temperature");
  return (
    <Opening
      icon={Thermometer}
      label={t("rows.temperature")}
      value={value === undefined ? t("temperature.none") : String(value)}
      isDefault={value === undefined}
      problems={problems}
    >
      <NumberField
        label={t("rows.temperature")}
        value={value ?? null}
        placeholder={t("temperature.none")}
        min={0}
        max={2}
        step={0.1}
        onChange={(next) => changeDefault("temperature", next ?? undefined)}
      />
      <p className={styles.quiet}>{t("temperature.hint")}</p>
      <FieldProblems problems={problems} />
    </Opening>
  );
}
