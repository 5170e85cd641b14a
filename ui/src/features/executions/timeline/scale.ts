// From moments to px, with long waits for people folded so that seconds stay legible. Pure.

import type { SegmentView } from "./segments";

export interface Fold {
  fromMs: number;
  toMs: number;
}

export interface Tick {
  /** Since the start of the execution. */
  ms: number;
  px: number;
}

export interface Scale {
  startMs: number;
  folds: readonly Fold[];
  ticks: readonly Tick[];
  /** Distance of two ticks. */
  tickMs: number;
  px: (moment: number) => number;
}

/** A folded wait is this wide. */
export const FOLD_PX = 40;
/** Shorter waits are shown as they are. */
const FOLDED_FROM_MS = 30_000;
/** Of the time in which the machine worked. */
const FOLDED_FROM_SHARE = 0.25;
/** Room for a tick's word. */
const TICK_PX = 84;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const STEPS_MS = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 6, 12, 24, 48, 168].map((count) => count * HOUR),
];

/** The times in which no machine did anything: only people were waited for, or nothing was going on. */
export function idleTimes(rows: Iterable<readonly SegmentView[]>, startMs: number, nowMs: number): Fold[] {
  const busy: [number, number][] = [];
  for (const segments of rows) {
    for (const segment of segments) {
      if (segment.kind === "awaiting" || segment.reason === "budget") continue;
      busy.push([Date.parse(segment.startedAt), segment.endedAt === undefined ? nowMs : Date.parse(segment.endedAt)]);
    }
  }
  busy.sort((a, b) => a[0] - b[0]);
  const idle: Fold[] = [];
  let at = startMs;
  for (const [from, to] of busy) {
    if (from > at) idle.push({ fromMs: at, toMs: from });
    at = Math.max(at, to);
  }
  if (nowMs > at) idle.push({ fromMs: at, toMs: nowMs });
  return idle;
}

/** Those of the idle times that are long beside the rest. */
export function foldsOf(idle: readonly Fold[], startMs: number, endMs: number): Fold[] {
  const idleMs = idle.reduce((sum, fold) => sum + fold.toMs - fold.fromMs, 0);
  const busyMs = Math.max(0, endMs - startMs - idleMs);
  return idle.filter((fold) => fold.toMs - fold.fromMs >= Math.max(FOLDED_FROM_MS, busyMs * FOLDED_FROM_SHARE));
}

/** An end that is moved in steps of a fifth, so that a running execution does not shrink all the time. */
export function horizonMs(neededMs: number): number {
  let end = 5_000;
  while (end < neededMs) end *= 1.2;
  return end;
}

export function scaleOf(span: { startMs: number; endMs: number; folds: readonly Fold[]; widthPx: number }): Scale {
  const { startMs, endMs, folds, widthPx } = span;
  const foldedMs = folds.reduce((sum, fold) => sum + fold.toMs - fold.fromMs, 0);
  const openMs = Math.max(1, endMs - startMs - foldedMs);
  const pxPerMs = Math.max(0, widthPx - folds.length * FOLD_PX) / openMs;
  const px = (moment: number) => {
    let open = Math.max(0, moment - startMs);
    let added = 0;
    for (const fold of folds) {
      if (moment <= fold.fromMs) break;
      const inside = Math.min(moment, fold.toMs) - fold.fromMs;
      const whole = fold.toMs - fold.fromMs;
      open -= inside;
      added += whole === 0 ? 0 : (inside / whole) * FOLD_PX;
    }
    return open * pxPerMs + added;
  };
  const tickMs = STEPS_MS.find((step) => step * pxPerMs >= TICK_PX) ?? STEPS_MS.at(-1) ?? HOUR;
  return { startMs, folds, tickMs, px, ticks: ticksOf(span, tickMs, px) };
}

function ticksOf(
  span: { startMs: number; endMs: number; folds: readonly Fold[] },
  tickMs: number,
  px: (moment: number) => number,
): Tick[] {
  const { startMs, endMs, folds } = span;
  const ticks: Tick[] = [];
  let at = startMs;
  while (at <= endMs) {
    const inside = folds.find((fold) => at > fold.fromMs && at < fold.toMs);
    if (inside) {
      // To the first tick behind the fold, however long it is.
      at = startMs + Math.ceil((inside.toMs - startMs) / tickMs) * tickMs;
      if (at < inside.toMs) at += tickMs;
      continue;
    }
    ticks.push({ ms: at - startMs, px: px(at) });
    at += tickMs;
  }
  // A word needs room: what stands right behind a fold comes too close to what stood before it.
  return ticks.filter((tick, index) => index === 0 || tick.px - (ticks[index - 1]?.px ?? 0) >= TICK_PX / 2);
}
