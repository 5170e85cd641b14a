// A time with its unit. The number and the unit are what somebody writes; the plan keeps milliseconds.

import { useState } from "react";
import { useTranslation } from "react-i18next";

import { NumberField } from "../../../components/NumberField";
import { Select } from "../../../components/Select";
import { type TimeUnit, UNIT_MS, unitOf } from "./durations";
import styles from "./inspector.module.css";

export function DurationField({
  label,
  valueMs,
  fallbackMs,
  units,
  minMs,
  maxMs,
  onChange,
}: {
  label: string;
  valueMs: number | undefined;
  /** What holds while nothing is written; null: no bound. */
  fallbackMs: number | null;
  units: readonly TimeUnit[];
  minMs: number;
  maxMs?: number | undefined;
  onChange: (ms: number | undefined) => void;
}) {
  const { t } = useTranslation("inspector");
  const [chosen, setChosen] = useState<TimeUnit | null>(null);
  const shown = valueMs ?? fallbackMs;
  const natural = shown === null ? units[1] : unitOf(shown);
  const unit = chosen ?? units.find((one) => one === natural) ?? units[0] ?? "ms";
  const inUnit = (ms: number) => Number((ms / UNIT_MS[unit]).toPrecision(12));
  return (
    <div className={styles.time}>
      <NumberField
        label={label}
        value={valueMs === undefined ? null : inUnit(valueMs)}
        placeholder={fallbackMs === null ? "" : String(inUnit(fallbackMs))}
        min={inUnit(minMs)}
        max={maxMs === undefined ? undefined : inUnit(maxMs)}
        onChange={(value) => {
          // While it is written, `1` on the way to `10` keeps its unit.
          setChosen(unit);
          onChange(value === null ? undefined : Math.round(value * UNIT_MS[unit]));
        }}
        onLeave={() => setChosen(null)}
      />
      <Select
        label={t("timeout.unit")}
        value={unit}
        onChange={(next) => {
          setChosen(next);
          if (valueMs !== undefined) onChange(Math.round(inUnit(valueMs) * UNIT_MS[next]));
        }}
        options={units.map((one) => ({ value: one, label: t(`units.${one}`) }))}
      />
    </div>
  );
}
