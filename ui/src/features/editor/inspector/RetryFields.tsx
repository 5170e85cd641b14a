// How often a step is tried, and how long it waits before the second time.

import { useTranslation } from "react-i18next";

import { Field } from "../../../components/Field";
import { number } from "../../../components/format";
import { NumberField } from "../../../components/NumberField";
import type { DraftRetry } from "../model/draft";
import { DurationField } from "./DurationField";
import { timeInWords } from "./durations";
import styles from "./inspector.module.css";

const ATTEMPTS = 3;
const BACKOFF_MS = 1_000;
const MOST_ATTEMPTS = 100;
const LONGEST_BACKOFF_MS = 60_000;

/** "3 attempts, from 1 s". */
export function useRetryWords(): (retry: DraftRetry | undefined, fallback: DraftRetry | undefined) => string {
  const { t } = useTranslation("inspector");
  return (retry, fallback) => {
    const count = retry?.maxAttempts ?? fallback?.maxAttempts ?? ATTEMPTS;
    const attempts = t("retry.attempts", { count });
    if (count <= 1) return attempts;
    const time = timeInWords(retry?.backoffMs ?? fallback?.backoffMs ?? BACKOFF_MS, number);
    return t("retry.value", { attempts, time });
  };
}

export function RetryFields({
  value,
  fallback,
  onChange,
}: {
  value: DraftRetry | undefined;
  fallback: DraftRetry | undefined;
  onChange: (retry: DraftRetry | undefined) => void;
}) {
  const { t } = useTranslation("inspector");
  const change = (key: "maxAttempts" | "backoffMs", next: number | undefined) => {
    const { [key]: _old, ...rest } = value ?? {};
    const retry: DraftRetry = next === undefined ? rest : { ...rest, [key]: next };
    onChange(Object.keys(retry).length === 0 ? undefined : retry);
  };
  return (
    <div className={styles.group}>
      <div className={styles.pair}>
        <Field label={t("retry.maxAttempts")}>
          <NumberField
            value={value?.maxAttempts ?? null}
            placeholder={String(fallback?.maxAttempts ?? ATTEMPTS)}
            min={1}
            max={MOST_ATTEMPTS}
            onChange={(next) => change("maxAttempts", next === null ? undefined : Math.round(next))}
          />
        </Field>
        <Field label={t("retry.backoff")}>
          <DurationField
            label={t("retry.backoff")}
            valueMs={value?.backoffMs}
            fallbackMs={fallback?.backoffMs ?? BACKOFF_MS}
            units={["s", "ms"]}
            minMs={0}
            maxMs={LONGEST_BACKOFF_MS}
            onChange={(ms) => change("backoffMs", ms)}
          />
        </Field>
      </div>
      <p className={styles.quiet}>{t("retry.hint")}</p>
    </div>
  );
}
