// Times as people write them: "5 min", "90 s", "250 ms". Pure.

export type TimeUnit = "ms" | "s" | "min" | "h" | "d";

export const UNIT_MS: Record<TimeUnit, number> = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 };

const UNITS: readonly TimeUnit[] = ["d", "h", "min", "s", "ms"];

/** The largest unit in which the time is a whole number. */
export function unitOf(ms: number): TimeUnit {
  return UNITS.find((unit) => ms >= UNIT_MS[unit] && ms % UNIT_MS[unit] === 0) ?? "ms";
}

/** `300000` is `5 min`, `90000` is `90 s`, `5400000` is `90 min`. */
export function timeInWords(ms: number, format: (value: number) => string): string {
  const unit = unitOf(ms);
  return `${format(ms / UNIT_MS[unit])} ${unit}`;
}
