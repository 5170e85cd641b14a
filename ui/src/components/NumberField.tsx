// A number, written as people of this language write it. What is not a number is not passed on.

import { useState } from "react";

import { locale } from "./format";
import styles from "./input.module.css";
import { TextField } from "./TextField";

export function NumberField({
  value,
  onChange,
  min,
  max,
  step = 1,
  unit,
  prefix,
  label,
  placeholder,
  disabled,
  onLeave,
}: {
  value: number | null;
  /** Null when the field is empty. */
  onChange: (value: number | null) => void;
  min?: number | undefined;
  max?: number | undefined;
  /** What an arrow key adds. */
  step?: number | undefined;
  unit?: string | undefined;
  /** Before the number: "$". */
  prefix?: string | undefined;
  /** Outside of a `Field`. */
  label?: string | undefined;
  placeholder?: string | undefined;
  disabled?: boolean | undefined;
  /** The field was left, or Enter pressed in it. */
  onLeave?: (() => void) | undefined;
}) {
  // While somebody writes, their text stands; else the value does.
  const [written, setWritten] = useState<string | null>(null);
  const text = written ?? numberText(value);
  const read = written === null ? value : readNumber(written);
  const isWrong = read !== null && (Number.isNaN(read) || isOutside(read, min, max));
  const write = (next: string) => {
    setWritten(next);
    const number = readNumber(next);
    if (number === null || (!Number.isNaN(number) && !isOutside(number, min, max))) onChange(number);
  };
  const nudge = (by: number) => {
    const start = read === null || Number.isNaN(read) ? (min ?? 0) : read;
    const next = Math.min(max ?? Infinity, Math.max(min ?? -Infinity, tidy(start + by)));
    setWritten(null);
    onChange(next);
  };
  return (
    <TextField
      value={text}
      onChange={write}
      onBlur={() => {
        setWritten(null);
        onLeave?.();
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter") onLeave?.();
        if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
        event.preventDefault();
        nudge((event.key === "ArrowUp" ? step : -step) * (event.shiftKey ? 10 : 1));
      }}
      inputMode="decimal"
      autoComplete="off"
      aria-label={label}
      placeholder={placeholder}
      disabled={disabled}
      isInvalid={isWrong}
      start={prefix !== undefined && <span className={styles.unit}>{prefix}</span>}
      end={unit !== undefined && <span className={styles.unit}>{unit}</span>}
    />
  );
}

function isOutside(value: number, min: number | undefined, max: number | undefined): boolean {
  return (min !== undefined && value < min) || (max !== undefined && value > max);
}

/** Sums of tenths without their binary dust. */
function tidy(value: number): number {
  return Number(value.toPrecision(12));
}

function numberText(value: number | null): string {
  if (value === null) return "";
  return new Intl.NumberFormat(locale(), { maximumFractionDigits: 12, useGrouping: false }).format(value);
}

/** Null for an empty text, NaN for what is no number. */
export function readNumber(text: string): number | null {
  const plain = text.trim().replace(",", ".");
  if (plain === "") return null;
  return /^-?\d*\.?\d+$|^-?\d+\.$/.test(plain) ? Number(plain) : Number.NaN;
}
