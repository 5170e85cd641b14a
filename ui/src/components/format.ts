// Numbers, money, times and dates as the screens write them, in the language of the screens. Pure but for that language.

import i18next from "i18next";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** English with days before months and 24 hours, as the house writes it. */
export function locale(): string {
  return i18next.language === "en" ? "en-GB" : i18next.language;
}

/** Formats are slow to make and asked for in every cell of every table. */
function keeping<F>(): (name: string, make: () => F) => F {
  const made = new Map<string, F>();
  return (name, make) => {
    const key = `${locale()} ${name}`;
    const known = made.get(key);
    if (known !== undefined) return known;
    const format = make();
    made.set(key, format);
    return format;
  };
}

const keptNumbers = keeping<Intl.NumberFormat>();
const keptDates = keeping<Intl.DateTimeFormat>();
const keptRelatives = keeping<Intl.RelativeTimeFormat>();

function fixed(value: number, digits: number, options: Intl.NumberFormatOptions = {}): string {
  const format = keptNumbers(`number ${digits} ${JSON.stringify(options)}`, () => {
    const bounds = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    return new Intl.NumberFormat(locale(), { ...bounds, ...options });
  });
  return format.format(value);
}

function dollars(value: number, digits: number): string {
  return fixed(value, digits, { style: "currency", currency: "USD", currencyDisplay: "narrowSymbol" });
}

/** `$0.1235`, `$2.86`, `$0`; null is "unknown", never 0. */
export function money(usd: number | null | undefined, { isAtLeast = false }: { isAtLeast?: boolean } = {}): string {
  if (usd == null) return i18next.t("common:format.unknown");
  const amount = usd === 0 ? dollars(0, 0) : dollars(usd, Math.abs(usd) < 1 ? 4 : 2);
  return isAtLeast ? i18next.t("common:format.atLeast", { amount }) : amount;
}

/** Averages and estimates: two digits that mean something, `$0.034`, `$0.21`, `$2.86`. */
export function moneyRoughly(usd: number | null | undefined): string {
  if (usd == null) return i18next.t("common:format.unknown");
  if (usd === 0) return dollars(0, 0);
  if (Math.abs(usd) >= 0.1) return dollars(usd, 2);
  // What is less than the last digit says is still not nothing.
  if (Math.abs(usd) < 0.0001) return dollars(0.0001 * Math.sign(usd), 4);
  return dollars(usd, Math.abs(usd) >= 0.01 ? 3 : 4).replace(/0(?=\D*$)/, "");
}

/** `$0.19 to $0.26`; one amount where both are the same. */
export function moneyRange(fromUsd: number | null | undefined, toUsd: number | null | undefined): string {
  const [from, to] = [moneyRoughly(fromUsd), moneyRoughly(toUsd)];
  return from === to ? from : i18next.t("common:format.range", { from, to });
}

/** A time that runs, with tenths: `0:52.4`, `1:02:05`. */
export function elapsed(ms: number): string {
  if (ms >= HOUR) return clock(ms);
  const tenths = Math.floor(Math.max(0, ms) / 100);
  const minutes = Math.floor(tenths / 600);
  return `${minutes}:${fixed((tenths % 600) / 10, 1, { minimumIntegerDigits: 2 })}`;
}

/** Minutes and seconds: `1:38`, `0:09`, `1:02:05`. */
export function clock(ms: number): string {
  const seconds = Math.round(Math.max(0, ms) / SECOND);
  const two = (value: number) => String(value).padStart(2, "0");
  const rest = `${Math.floor((seconds % 3600) / 60)}:${two(seconds % 60)}`;
  return seconds < 3600
    ? rest
    : `${Math.floor(seconds / 3600)}:${two(Math.floor((seconds % 3600) / 60))}:${two(seconds % 60)}`;
}

/** How long something took: `240 ms`, `19.2 s`, `1:38`. */
export function duration(ms: number | null | undefined): string {
  if (ms == null) return i18next.t("common:format.unknown");
  if (ms < SECOND) return `${fixed(Math.round(ms), 0)} ms`;
  return ms < MINUTE - 50 ? `${fixed(ms / SECOND, 1)} s` : clock(ms);
}

/** What is left until a deadline: `41 min`, `2 h 10 min`, `1 day`. */
export function timeLeft(ms: number): string {
  if (ms < MINUTE) return `${Math.max(0, Math.floor(ms / SECOND))} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms >= DAY) return fixed(Math.floor(ms / DAY), 0, { style: "unit", unit: "day", unitDisplay: "long" });
  const minutes = Math.floor((ms % HOUR) / MINUTE);
  return minutes === 0 ? `${Math.floor(ms / HOUR)} h` : `${Math.floor(ms / HOUR)} h ${minutes} min`;
}

/** A price per million tokens: `$2`, `$0.10`, `$0.125`. */
export function price(usd: number): string {
  const minimumFractionDigits = Number.isInteger(usd) ? 0 : 2;
  return `$${new Intl.NumberFormat(locale(), { minimumFractionDigits, maximumFractionDigits: 6 }).format(usd)}`;
}

/** Where a round figure is enough: `1M`, `128k`. */
export function compact(value: number): string {
  // British English writes a million as `1m`, which reads as a unit of length or time.
  const shown = locale().startsWith("en") ? "en-US" : locale();
  return new Intl.NumberFormat(shown, { notation: "compact", maximumFractionDigits: 1 }).format(value);
}

/** `57,522`. */
export function number(value: number): string {
  return fixed(value, 0);
}

/** `57,522 tokens`. */
export function tokens(count: number): string {
  return i18next.t("common:units.tokens", { count: number(count) });
}

/** A score or a mark: `0.78`, cut and not rounded, because rounding up could seem to reach a threshold. */
export function score(value: number): string {
  return fixed(Math.floor(value * 100 + 1e-9) / 100, 2);
}

/** `18 %`. */
export function percent(share: number): string {
  return `${fixed(share * 100, 0)} %`;
}

const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB"];

/** `0 B`, `74 kB`, `1.2 MB`: thousands, as file managers count. */
export function bytes(count: number): string {
  const power = count < 1000 ? 0 : Math.min(BYTE_UNITS.length - 1, Math.floor(Math.log10(count) / 3));
  const value = count / 1000 ** power;
  return `${fixed(value, power > 0 && value < 9.95 ? 1 : 0)} ${BYTE_UNITS[power] ?? "B"}`;
}

function dated(date: Date, name: string, options: Intl.DateTimeFormatOptions): string {
  return keptDates(`date ${name}`, () => new Intl.DateTimeFormat(locale(), options)).format(date);
}

export type Moment = Date | number | string;

/** `14:02`. */
export function timeOfDay(moment: Moment): string {
  return dated(new Date(moment), "time", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
}

/** `14:06:52`. */
export function timeOfDayExactly(moment: Moment): string {
  const options: Intl.DateTimeFormatOptions = {
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  };
  return dated(new Date(moment), "seconds", options);
}

/** `today 14:02`, `yesterday`, `20 Nov`, `20 Nov 2025`. */
export function day(moment: Moment, now: Moment = Date.now()): string {
  const date = new Date(moment);
  const today = new Date(now);
  const daysAgo = Math.round((startOfDay(today) - startOfDay(date)) / DAY);
  if (daysAgo === 0) return i18next.t("common:format.todayAt", { time: timeOfDay(date) });
  if (daysAgo === 1) return i18next.t("common:format.yesterday");
  const isThisYear = date.getFullYear() === today.getFullYear();
  if (isThisYear) return dated(date, "day", { day: "numeric", month: "short" });
  return dated(date, "day and year", { day: "numeric", month: "short", year: "numeric" });
}

function startOfDay(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

/** `just now`, `9 min ago`, `3 h ago`, then the day. */
export function ago(moment: Moment, now: Moment = Date.now()): string {
  const passedMs = new Date(now).getTime() - new Date(moment).getTime();
  if (passedMs < MINUTE) return i18next.t("common:format.justNow");
  const format = keptRelatives("relative", () => new Intl.RelativeTimeFormat(locale(), { style: "short" }));
  // `min. ago` has a point in some languages' data; the house writes units without one.
  const said = (value: number, unit: "minute" | "hour") => format.format(-value, unit).replace(/(\p{L})\./u, "$1");
  if (passedMs < HOUR) return said(Math.floor(passedMs / MINUTE), "minute");
  if (passedMs < 12 * HOUR) return said(Math.floor(passedMs / HOUR), "hour").replace(/\bhr\b/, "h");
  return day(moment, now);
}

/** The whole moment, for tooltips and records: `20 Nov 2026, 14:06:52`. */
export function absolute(moment: Moment): string {
  const date = new Date(moment);
  return `${dated(date, "day and year", { day: "numeric", month: "short", year: "numeric" })}, ${timeOfDayExactly(date)}`;
}

/** `~0:48`: what is estimated says so. */
export function about(amount: string): string {
  return i18next.t("common:format.about", { amount });
}
