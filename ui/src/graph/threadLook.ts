// How a thread is drawn, from the two tasks at its ends, and the path that it takes. Pure.

import type { StepView } from "../api/types";

export type ThreadLook = "rest" | "ofSelected" | "notReached" | "feeding" | "used" | "held" | "skipped" | "cancelled";

export function lookOfThread(from: StepView | undefined, to: StepView | undefined): ThreadLook {
  const status = from?.status;
  switch (status) {
    case "completed":
      return afterCompletion(to);
    case "awaiting_approval":
      return "held";
    case "skipped":
      return "skipped";
    case "failed":
    case "rejected":
    case "cancelled":
      return "cancelled";
    case undefined:
    case "pending":
    case "queued":
    case "running":
      return to?.status === "cancelled" ? "cancelled" : "notReached";
    default:
      return never(status);
  }
}

function afterCompletion(to: StepView | undefined): ThreadLook {
  const status = to?.status;
  switch (status) {
    case "running":
      return "feeding";
    case undefined:
    case "pending":
      return "notReached";
    case "skipped":
      return "skipped";
    case "cancelled":
      return "cancelled";
    case "queued":
    case "awaiting_approval":
    case "completed":
    case "failed":
    case "rejected":
      return "used";
    default:
      return never(status);
  }
}

function never(value: never): never {
  throw new Error(`Unknown status ${JSON.stringify(value)}`);
}

/** From a right edge to a left one. What has to go back goes out, around and in from the left. */
export function threadPath(fromX: number, fromY: number, toX: number, toY: number): string {
  const away = toX - fromX;
  const bend = away > 0 ? Math.max(away / 2, Math.min(24, away)) : Math.min(160, 48 - away / 3);
  return `M${fromX} ${fromY}C${fromX + bend} ${fromY} ${toX - bend} ${toY} ${toX} ${toY}`;
}
