// Why a plan's last execution is as it is, in the few words that a row has room for. Pure.

import type { PlanStats } from "../../api/types";

export type LastExecution = NonNullable<PlanStats["lastExecution"]>;

/** Until when somebody has to decide; null where nothing presses. */
export interface Deadline {
  atMs: number | null;
  isExpired: boolean;
}

export type Reason =
  | { kind: "progress"; completed: number; total: number }
  | { kind: "open"; count: number; leftMs: number | null }
  | { kind: "expired"; count: number }
  | { kind: "budget" }
  | { kind: "attempts"; stepId: string; count: number }
  | { kind: "failure"; stepId: string | null; message: string }
  | { kind: "ended"; at: string };

/** What stands beside the status; `deadlines` are those of open approvals, by task. */
export function reasonOf(last: LastExecution, deadlines: ReadonlyMap<string, Deadline>, nowMs: number): Reason {
  switch (last.status) {
    case "pending":
    case "running":
      return { kind: "progress", completed: last.progress.completed, total: last.progress.total };
    case "paused":
      return pauseOf(last, deadlines, nowMs);
    case "failed":
      return failureOf(last);
    case "completed":
    case "cancelled":
      return { kind: "ended", at: last.completedAt ?? last.createdAt };
    default:
      return never(last.status);
  }
}

function pauseOf(last: LastExecution, deadlines: ReadonlyMap<string, Deadline>, nowMs: number): Reason {
  const reasons = last.pausedReasons ?? [];
  const taskIds = reasons.flatMap((reason) => (reason.kind === "approval" ? (reason.taskIds ?? []) : []));
  if (taskIds.length === 0) {
    if (reasons.some(({ kind }) => kind === "budget")) return { kind: "budget" };
    return { kind: "progress", completed: last.progress.completed, total: last.progress.total };
  }
  const known = taskIds.map((taskId) => deadlines.get(taskId)).filter((deadline) => deadline !== undefined);
  if (known.length === taskIds.length && known.every(({ isExpired }) => isExpired)) {
    return { kind: "expired", count: taskIds.length };
  }
  const ends = known.flatMap(({ atMs, isExpired }) => (atMs === null || isExpired ? [] : [atMs]));
  return { kind: "open", count: taskIds.length, leftMs: ends.length === 0 ? null : Math.min(...ends) - nowMs };
}

function failureOf({ error, createdAt, completedAt }: LastExecution): Reason {
  if (!error) return { kind: "ended", at: completedAt ?? createdAt };
  if (error.stepId !== undefined && error.attempts !== undefined) {
    return { kind: "attempts", stepId: error.stepId, count: error.attempts };
  }
  return { kind: "failure", stepId: error.stepId ?? null, message: error.message };
}

function never(status: never): never {
  throw new Error(`Unknown status ${String(status)}`);
}
