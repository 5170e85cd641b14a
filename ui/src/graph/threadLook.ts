// How a thread is drawn, from the two tasks at its ends, and the path that it takes. Pure.

import type { StepView } from "../api/types";
import { NODE_WIDTH } from "./measures";

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

/** How far below its ends a thread passes that has to go back, and how far out it turns. */
const DEPTH = 88;
const TURN = 56;

/** From a right edge to a left one. What has to go back over more than a node goes around below. */
export function threadPath(fromX: number, fromY: number, toX: number, toY: number): string {
  const away = toX - fromX;
  if (away < -NODE_WIDTH) {
    const low = Math.max(fromY, toY) + DEPTH;
    return (
      `M${fromX} ${fromY}C${fromX + TURN} ${fromY} ${fromX + TURN} ${low} ${fromX - TURN / 2} ${low}` +
      `L${toX + TURN / 2} ${low}C${toX - TURN} ${low} ${toX - TURN} ${toY} ${toX} ${toY}`
    );
  }
  const bend = bendOf(away);
  return `M${fromX} ${fromY}C${fromX + bend} ${fromY} ${toX - bend} ${toY} ${toX} ${toY}`;
}

function bendOf(away: number): number {
  return away > 0 ? Math.max(away / 2, Math.min(24, away)) : Math.min(96, 24 - away / 3);
}

/** The middle 52 of 100 of a thread: nothing is cut near the handles. A path of its own, as dashes are slow to draw. */
export function casingPath(fromX: number, fromY: number, toX: number, toY: number): string {
  const away = toX - fromX;
  if (away < -NODE_WIDTH) {
    const low = Math.max(fromY, toY) + DEPTH;
    return `M${fromX - TURN / 2} ${low}L${toX + TURN / 2} ${low}`;
  }
  const bend = bendOf(away);
  const [x0, x1, x2, x3] = between(fromX, fromX + bend, toX - bend, toX);
  const [y0, y1, y2, y3] = between(fromY, fromY, toY, toY);
  return `M${x0} ${y0}C${x1} ${y1} ${x2} ${y2} ${x3} ${y3}`;
}

/** A cubic between 0.24 and 0.76 of itself, by its blossom. */
function between(a: number, b: number, c: number, d: number): [number, number, number, number] {
  const [from, to] = [0.24, 0.76];
  const at = (t: number, u: number, v: number) => {
    const mix = (p: number, q: number, by: number) => p + (q - p) * by;
    const [ab, bc, cd] = [mix(a, b, t), mix(b, c, t), mix(c, d, t)];
    return Math.round(mix(mix(ab, bc, u), mix(bc, cd, u), v) * 10) / 10;
  };
  return [at(from, from, from), at(from, from, to), at(from, to, to), at(to, to, to)];
}
