import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { StepView } from "../../../api/types";
import { FOLD_PX, foldsOf, horizonMs, idleTimes, scaleOf } from "./scale";
import { rowOf, type SegmentView } from "./segments";

const START = Date.parse("2026-11-24T12:00:00Z");
const at = (seconds: number) => new Date(START + seconds * 1_000).toISOString();
const segment = (
  kind: SegmentView["kind"],
  from: number,
  to?: number,
  more: Partial<SegmentView> = {},
): SegmentView => ({
  kind,
  attempt: 1,
  startedAt: at(from),
  ...(to === undefined ? {} : { endedAt: at(to) }),
  ...more,
});
const view = (status: StepView["status"], more: Partial<StepView> = {}): StepView => ({ status, taskId: "t", ...more });

describe("rowOf", () => {
  it("tells queue, attempts, backoff, scoring and people apart", () => {
    const segments = [
      segment("queued", 0, 2, { reason: "lane" }),
      segment("call", 2, 4, { outcome: "failed", code: "PROVIDER_RATE_LIMITED" }),
      segment("backoff", 4, 5, { code: "PROVIDER_RATE_LIMITED", reason: "rate_limit" }),
      segment("call", 5, 9, { outcome: "completed", attempt: 2 }),
      segment("score", 9, 10, { outcome: "completed" }),
      segment("awaiting", 10),
    ];
    const { bars } = rowOf(segments, view("awaiting_approval"), undefined, START + 12_000);
    expect(bars.map((bar) => bar.kind)).toEqual([
      "queued",
      "failed",
      "backoff",
      "completed",
      "scoring",
      "awaiting_approval",
    ]);
    expect(bars.at(-1)).toMatchObject({ isOpen: true, endMs: START + 12_000 });
  });

  it("leaves out a wait for a lane that was free", () => {
    const segments = [segment("queued", 0, 0, { reason: "lane" }), segment("call", 0, 1, { outcome: "cancelled" })];
    expect(rowOf(segments, view("cancelled"), undefined, START).bars.map((bar) => bar.kind)).toEqual(["cancelled"]);
  });

  it("shows what is expected after now, and gives what lies behind a review no place", () => {
    const running = rowOf(
      [segment("call", 0)],
      view("running"),
      { startMs: START, endMs: START + 9_000, lengthMs: 5_000 },
      START + 4_000,
    );
    expect(running.bars.map((bar) => [bar.kind, bar.startMs - START, bar.endMs - START])).toEqual([
      ["running", 0, 4_000],
      ["expected", 4_000, 9_000],
    ]);
    const behind = rowOf([], view("pending"), { startMs: null, endMs: null, lengthMs: 18_000 }, START);
    expect(behind).toEqual({ bars: [], note: { kind: "afterReview", ms: 18_000 } });
  });

  it("says what it took, what it was tried again for, why it was skipped, why it failed", () => {
    const note = (segments: SegmentView[], of: StepView) => rowOf(segments, of, undefined, START).note;
    expect(note([], view("completed", { durationMs: 2_900 }))).toEqual({ kind: "took", ms: 2_900 });
    const retried = [segment("backoff", 1, 2.5, { code: "STALLED" }), segment("call", 3, 4, { attempt: 2 })];
    expect(note(retried, view("completed", { durationMs: 1 }))).toMatchObject({
      kind: "retried",
      code: "STALLED",
      afterMs: 1_500,
    });
    expect(note([], view("skipped", { skippedReason: "condition" }))).toEqual({
      kind: "skipped",
      because: "condition",
    });
    const error = { code: "PROVIDER_AUTH", message: "no", retryable: false, attempt: 1, status: 401 } as const;
    expect(note([], view("failed", { error }))).toEqual({ kind: "failed", code: "PROVIDER_AUTH", status: 401 });
  });
});

describe("folding", () => {
  const rows = [
    [segment("call", 0, 10, { outcome: "completed" }), segment("awaiting", 10, 3_610)],
    [segment("call", 3_610, 3_615, { outcome: "completed" })],
  ];
  const endMs = START + 3_615_000;

  it("folds a review of an hour between seconds of work", () => {
    const idle = idleTimes(rows, START, endMs);
    const folds = foldsOf(idle, START, endMs);
    expect(folds).toEqual([{ fromMs: START + 10_000, toMs: START + 3_610_000 }]);
    const scale = scaleOf({ startMs: START, endMs, folds, widthPx: 640 });
    // 15 s of work share what the fold leaves.
    expect(scale.px(START + 10_000)).toBeCloseTo(400);
    expect(scale.px(START + 3_610_000)).toBeCloseTo(400 + FOLD_PX);
    expect(scale.px(endMs)).toBeCloseTo(640);
  });

  it("does not fold while another step works, nor a wait that is short beside the rest", () => {
    const busy = [...rows, [segment("call", 10, 3_610, { outcome: "completed" })]];
    expect(foldsOf(idleTimes(busy, START, endMs), START, endMs)).toEqual([]);
    const short = [[segment("call", 0, 600), segment("awaiting", 600, 640)], [segment("call", 640, 1_200)]];
    const end = START + 1_200_000;
    expect(foldsOf(idleTimes(short, START, end), START, end)).toEqual([]);
  });

  it("never goes back in time, and stays inside", () => {
    const spans = fc.record({
      folds: fc.array(fc.tuple(fc.integer({ min: 1, max: 900 }), fc.integer({ min: 1, max: 900 })), { maxLength: 5 }),
      widthPx: fc.integer({ min: 0, max: 3_000 }),
    });
    fc.assert(
      fc.property(spans, ({ folds: lengths, widthPx }) => {
        let now = START;
        const folds = lengths.map(([gap, length]) => {
          const fromMs = now + gap * 1_000;
          now = fromMs + length * 1_000;
          return { fromMs, toMs: now };
        });
        const scale = scaleOf({ startMs: START, endMs: now + 5_000, folds, widthPx });
        let last = -1;
        for (let moment = START; moment <= now + 5_000; moment += (now + 5_000 - START) / 50) {
          const px = scale.px(moment);
          expect(px).toBeGreaterThanOrEqual(last - 1e-6);
          last = px;
        }
        const room = Math.max(widthPx, folds.length * FOLD_PX);
        expect(scale.px(now + 5_000)).toBeLessThanOrEqual(room + 1e-6);
        for (const [index, tick] of scale.ticks.entries()) {
          if (index > 0) expect(tick.px).toBeGreaterThan(scale.ticks[index - 1]?.px ?? 0);
        }
      }),
    );
  });
});

describe("the axis", () => {
  it("has ticks with room for their words", () => {
    const scale = scaleOf({ startMs: START, endMs: START + 70_000, folds: [], widthPx: 800 });
    expect(scale.tickMs).toBe(10_000);
    expect(scale.ticks).toHaveLength(8);
  });

  it("moves its end in steps", () => {
    expect(horizonMs(20_100)).toBe(horizonMs(20_700));
    expect(horizonMs(20_100)).toBeGreaterThan(20_100);
  });

  it("is quick for 10,000 steps", () => {
    const rows = Array.from({ length: 10_000 }, (_, index) => [
      segment("queued", index / 10, index / 10 + 1),
      segment("call", index / 10 + 1, index / 10 + 3, { outcome: "completed" }),
    ]);
    const before = performance.now();
    idleTimes(rows, START, START + 1_100_000);
    expect(performance.now() - before).toBeLessThan(5_000);
  });
});
