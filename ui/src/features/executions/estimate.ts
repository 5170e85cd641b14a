// How long an execution will still take, from how long the same steps took the last time. Pure.
//
// A person's time is never estimated: what lies behind a review has a length, but no place in time.

import type { Execution, Step, StepView } from "../../api/types";
import { hasEnded } from "../../components/status";
import { topologicalOrder } from "./order";

/** What each step took in an earlier execution of the same version. */
export type Past = ReadonlyMap<string, PastStep>;

export interface PastStep {
  /** Measured time of its calls. */
  durationMs: number;
  cost: number | null;
  tokens: number;
}

export interface Expected {
  /** Null behind a review. */
  startMs: number | null;
  endMs: number | null;
  lengthMs: number;
}

export interface Estimate {
  /** Time of the machine until the end. */
  leftMs: number;
  /** A person has to decide before that. */
  hasReview: boolean;
  /** What has not ended yet, by step id. */
  steps: ReadonlyMap<string, Expected>;
}

/** What the steps of an ended execution took. Skipped ones took nothing. */
export function pastOf(execution: Pick<Execution, "steps">): Past {
  return new Map(
    Object.entries(execution.steps ?? {}).map(([id, { durationMs = 0, cost = 0, usage }]) => [
      id,
      { durationMs, cost, tokens: usage?.output ?? 0 },
    ]),
  );
}

/** Null where there is nothing to go by. */
export function estimateOf(
  plan: readonly Step[],
  execution: Pick<Execution, "steps" | "hitl">,
  past: Past,
  nowMs: number,
): Estimate | null {
  const byId = new Map(plan.map((step) => [step.id, step]));
  const required = new Set(execution.hitl?.requiredFor ?? []);
  const ends = new Map<string, { ms: number; isBehindReview: boolean }>();
  const expected = new Map<string, Expected>();
  let hasReview = false;
  let lastMs = nowMs;
  for (const id of topologicalOrder(plan)) {
    const step = byId.get(id);
    const view = execution.steps?.[id];
    if (!step || !view || hasEnded(view.status)) continue;
    const length = past.get(id)?.durationMs;
    if (length === undefined) return null;
    const before = (step.dependsOn ?? []).flatMap((dependency) => ends.get(dependency) ?? []);
    const startMs = before.reduce((latest, end) => Math.max(latest, end.ms), nowMs);
    const isBehindReview = before.some((end) => end.isBehindReview);
    const leftMs = leftOf(view, length, nowMs);
    const endMs = startMs + leftMs;
    const waits = view.status === "awaiting_approval" || step.requiresApproval === true || required.has(id);
    hasReview ||= waits;
    lastMs = Math.max(lastMs, endMs);
    ends.set(id, { ms: endMs, isBehindReview: isBehindReview || waits });
    if (view.status !== "awaiting_approval") {
      const place = isBehindReview ? { startMs: null, endMs: null } : { startMs, endMs };
      expected.set(id, { ...place, lengthMs: leftMs });
    }
  }
  return { leftMs: lastMs - nowMs, hasReview, steps: expected };
}

function leftOf(view: StepView, lengthMs: number, nowMs: number): number {
  if (view.status === "awaiting_approval") return 0;
  if (view.status !== "running" || view.startedAt === undefined) return lengthMs;
  return Math.max(0, lengthMs - (nowMs - Date.parse(view.startedAt)));
}
