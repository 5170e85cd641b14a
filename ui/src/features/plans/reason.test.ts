// The few words beside a plan's last execution.

import { describe, expect, it } from "vitest";

import { type Deadline, type LastExecution, reasonOf } from "./reason";

const NOW_MS = Date.parse("2026-11-24T12:00:00.000Z");
const HOUR_MS = 3_600_000;

function last(status: LastExecution["status"], more: Partial<LastExecution> = {}): LastExecution {
  const progress = { total: 8, completed: 3, running: 1, pending: 4, failed: 0 };
  return { id: "dt_exec_1", status, progress, createdAt: "2026-11-24T11:00:00.000Z", ...more };
}

const reason = (execution: LastExecution, deadlines: [string, Deadline][] = []) =>
  reasonOf(execution, new Map(deadlines), NOW_MS);
const waiting = (...taskIds: string[]) => last("paused", { pausedReasons: [{ kind: "approval", taskIds }] });

describe("reasonOf", () => {
  it("says how far a running one is", () => {
    expect(reason(last("running"))).toEqual({ kind: "progress", completed: 3, total: 8 });
  });

  it("says how many people are needed, and the nearest deadline", () => {
    const deadlines: [string, Deadline][] = [
      ["a", { atMs: NOW_MS + 3 * HOUR_MS, isExpired: false }],
      ["b", { atMs: NOW_MS + 2 * HOUR_MS, isExpired: false }],
    ];
    expect(reason(waiting("a", "b"), deadlines)).toEqual({ kind: "open", count: 2, leftMs: 2 * HOUR_MS });
    expect(reason(waiting("a"))).toEqual({ kind: "open", count: 1, leftMs: null });
  });

  it("says that all that is open has expired, but not while one has not", () => {
    const expired: [string, Deadline] = ["a", { atMs: NOW_MS - HOUR_MS, isExpired: true }];
    expect(reason(waiting("a"), [expired])).toEqual({ kind: "expired", count: 1 });
    expect(reason(waiting("a", "b"), [expired, ["b", { atMs: null, isExpired: false }]])).toEqual({
      kind: "open",
      count: 2,
      leftMs: null,
    });
  });

  it("knows a pause for money", () => {
    expect(reason(last("paused", { pausedReasons: [{ kind: "budget", needed: 1, left: 0 }] }))).toEqual({
      kind: "budget",
    });
  });

  it("names the step that failed and how often it was tried", () => {
    const error = { code: "STEP_FAILED" as const, message: "It failed.", stepId: "extract-hr", attempts: 3 };
    expect(reason(last("failed", { error }))).toEqual({ kind: "attempts", stepId: "extract-hr", count: 3 });
    expect(reason(last("failed", { error: { code: "EXECUTION_TIMEOUT", message: "Too long." } }))).toEqual({
      kind: "failure",
      stepId: null,
      message: "Too long.",
    });
  });

  it("says when it ended", () => {
    const completedAt = "2026-11-24T11:51:00.000Z";
    expect(reason(last("completed", { completedAt }))).toEqual({ kind: "ended", at: completedAt });
  });
});
