// What happened to one step, as the bars of its row. Pure.

import type { components } from "../../../api/schema";
import type { StepView } from "../../../api/types";
import type { SegmentKind as BarKind } from "../../../components/status";
import type { Expected } from "../estimate";

export type SegmentView = components["schemas"]["SegmentView"];
export type FailureCode = components["schemas"]["FailureCode"];

export interface Bar {
  kind: BarKind;
  startMs: number;
  endMs: number;
  /** Still lasts. */
  isOpen: boolean;
  /** Null for what is only expected. */
  segment: SegmentView | null;
}

/** What stands behind the last bar. */
export type RowNote =
  | { kind: "took"; ms: number }
  | { kind: "retried"; code: FailureCode | null; attempt: number; afterMs: number }
  | { kind: "failed"; code: FailureCode; status: number | null }
  | { kind: "afterReview"; ms: number }
  | { kind: "skipped"; because: "condition" | "dependencies" | null };

export interface Row {
  bars: Bar[];
  note: RowNote | null;
}

export function rowOf(
  segments: readonly SegmentView[],
  view: StepView | undefined,
  expected: Expected | undefined,
  nowMs: number,
): Row {
  const bars = segments.flatMap((segment): Bar[] => {
    const startMs = Date.parse(segment.startedAt);
    const isOpen = segment.endedAt === undefined;
    const endMs = segment.endedAt === undefined ? Math.max(nowMs, startMs) : Date.parse(segment.endedAt);
    // A place in the lane was free: nothing was waited for.
    if (segment.kind === "queued" && !isOpen && endMs - startMs < 50) return [];
    return [{ kind: barKind(segment), startMs, endMs, isOpen, segment }];
  });
  if (expected?.endMs != null && expected.startMs !== null && expected.endMs > nowMs) {
    const startMs = Math.max(nowMs, expected.startMs);
    bars.push({ kind: "expected", startMs, endMs: expected.endMs, isOpen: false, segment: null });
  }
  return { bars, note: noteOf(segments, view, expected) };
}

function barKind(segment: SegmentView): BarKind {
  switch (segment.kind) {
    case "queued":
      return "queued";
    case "backoff":
      return "backoff";
    case "awaiting":
      return "awaiting_approval";
    case "score":
      return "scoring";
    case "call":
    case "repair":
      return callKind(segment.outcome);
    default:
      return never(segment.kind);
  }
}

function callKind(outcome: SegmentView["outcome"]): BarKind {
  switch (outcome) {
    case undefined:
      return "running";
    case "failed":
    case "interrupted":
      return "failed";
    case "cancelled":
      return "cancelled";
    case "completed":
    case "approved":
    case "rejected":
      return "completed";
    default:
      return never(outcome);
  }
}

function noteOf(
  segments: readonly SegmentView[],
  view: StepView | undefined,
  expected: Expected | undefined,
): RowNote | null {
  if (view?.status === "skipped") return { kind: "skipped", because: view.skippedReason ?? null };
  if (view?.status === "pending" && expected && expected.startMs === null) {
    return { kind: "afterReview", ms: expected.lengthMs };
  }
  if (view?.status === "failed" && view.error) {
    return { kind: "failed", code: view.error.code, status: view.error.status ?? null };
  }
  if (view?.status !== "completed") return null;
  const backoff = segments.findLast((segment) => segment.kind === "backoff" && segment.endedAt !== undefined);
  if (backoff?.endedAt !== undefined) {
    const afterMs = Date.parse(backoff.endedAt) - Date.parse(backoff.startedAt);
    return { kind: "retried", code: backoff.code ?? null, attempt: backoff.attempt, afterMs };
  }
  return view.durationMs === undefined ? null : { kind: "took", ms: view.durationMs };
}

function never(value: never): never {
  throw new Error(`Unknown segment ${JSON.stringify(value)}`);
}
