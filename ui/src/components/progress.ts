// How many tasks of an execution are in which status, and how a row of stitches shows it. Pure.

import type { Progress, TaskStatus } from "../api/types";

export type Counts = Partial<Record<TaskStatus, number>>;

/** The order of the stitches: what is done, what went wrong, what happens, what is to come. */
export const STITCH_ORDER = [
  "completed",
  "failed",
  "rejected",
  "running",
  "awaiting_approval",
  "queued",
  "skipped",
  "cancelled",
  "pending",
] as const satisfies readonly TaskStatus[];

/** More stitches than this cannot be told apart, so they stand for shares. */
export const MOST_STITCHES = 60;

export function countsOfTasks(statuses: Iterable<TaskStatus>): Counts {
  const counts: Counts = {};
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** The counts as the API's progress gives them, where queued counts as pending and rejected as failed. */
export function countsOfProgress(progress: Progress): Counts {
  return {
    completed: progress.completed,
    failed: progress.failed,
    running: progress.running,
    awaiting_approval: progress.awaitingApproval ?? 0,
    skipped: progress.skipped ?? 0,
    cancelled: progress.cancelled ?? 0,
    pending: progress.pending,
  };
}

export function totalOf(counts: Counts): number {
  return STITCH_ORDER.reduce((sum, status) => sum + (counts[status] ?? 0), 0);
}

/** A stitch per task, or at most 60 in the same proportions; what is there at all keeps one. */
export function stitchesOf(counts: Counts): TaskStatus[] {
  const total = totalOf(counts);
  const parts = STITCH_ORDER.map((status) => ({ status, count: counts[status] ?? 0 })).filter(({ count }) => count > 0);
  const shares =
    total <= MOST_STITCHES
      ? parts.map(({ count }) => count)
      : sharesOf(
          parts.map(({ count }) => count),
          total,
        );
  return parts.flatMap(({ status }, index) => Array.from({ length: shares[index] ?? 0 }, () => status));
}

function sharesOf(counts: number[], total: number): number[] {
  const exact = counts.map((count) => (count / total) * MOST_STITCHES);
  const shares = exact.map((share) => Math.max(1, Math.floor(share)));
  const missing = () => MOST_STITCHES - shares.reduce((sum, share) => sum + share, 0);
  // One at a time where the difference is greatest: the sum is exact in the end.
  while (missing() !== 0) {
    const sign = Math.sign(missing());
    const gaps = exact.map((share, index) =>
      sign < 0 && shares[index] === 1 ? -Infinity : sign * (share - (shares[index] ?? 0)),
    );
    const widest = gaps.indexOf(Math.max(...gaps));
    shares[widest] = (shares[widest] ?? 0) + sign;
  }
  return shares;
}
