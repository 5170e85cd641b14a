// The one map from a status to its colour, icon, word and texture. Nothing else decides what a status looks like.

import {
  Ban,
  CircleCheck,
  CircleDashed,
  CircleEllipsis,
  CirclePause,
  Dices,
  Gauge,
  LoaderCircle,
  type LucideIcon,
  OctagonX,
  SkipForward,
  TimerOff,
  UserRound,
  UserRoundCheck,
  UserRoundX,
} from "lucide-react";

import type { ExecutionStatus, TaskStatus } from "../api/types";
import segments from "./segments.module.css";

/** What a person or a rule did about an approval, where it has a sign of its own. */
export type ApprovalMark = "approved" | "auto_approved" | "expired" | "spot_check";
export type Status = TaskStatus | ExecutionStatus | ApprovalMark;

/** The colours that a status may have; each has a token of this name and one that ends in `-soft`. */
export type StatusColour =
  "pending" | "queued" | "running" | "awaiting" | "completed" | "failed" | "rejected" | "skipped" | "cancelled";

export interface StatusLook {
  colour: StatusColour;
  icon: LucideIcon;
  /** The key of its word under `status` in the catalogue. */
  word: Status;
}

export interface TaskStatusLook extends StatusLook {
  /** The class of its bar and stitch. */
  texture: string;
}

const texture = (name: StatusColour) => [segments["segment"], segments[name]].join(" ");

export const TASK_STATUSES = {
  pending: { colour: "pending", icon: CircleDashed, word: "pending", texture: texture("pending") },
  queued: { colour: "queued", icon: CircleEllipsis, word: "queued", texture: texture("queued") },
  running: { colour: "running", icon: LoaderCircle, word: "running", texture: texture("running") },
  awaiting_approval: {
    colour: "awaiting",
    icon: UserRound,
    word: "awaiting_approval",
    texture: texture("awaiting"),
  },
  completed: { colour: "completed", icon: CircleCheck, word: "completed", texture: texture("completed") },
  failed: { colour: "failed", icon: OctagonX, word: "failed", texture: texture("failed") },
  rejected: { colour: "rejected", icon: UserRoundX, word: "rejected", texture: texture("rejected") },
  skipped: { colour: "skipped", icon: SkipForward, word: "skipped", texture: texture("skipped") },
  cancelled: { colour: "cancelled", icon: Ban, word: "cancelled", texture: texture("cancelled") },
} satisfies Record<TaskStatus, TaskStatusLook>;

export const EXECUTION_STATUSES = {
  pending: TASK_STATUSES.pending,
  running: TASK_STATUSES.running,
  // A person is needed, so it has the colour of waiting for one.
  paused: { colour: "awaiting", icon: CirclePause, word: "paused" },
  completed: TASK_STATUSES.completed,
  failed: TASK_STATUSES.failed,
  cancelled: TASK_STATUSES.cancelled,
} satisfies Record<ExecutionStatus, StatusLook>;

export const APPROVAL_MARKS = {
  approved: { colour: "completed", icon: UserRoundCheck, word: "approved" },
  auto_approved: { colour: "completed", icon: Gauge, word: "auto_approved" },
  expired: { colour: "awaiting", icon: TimerOff, word: "expired" },
  spot_check: { colour: "queued", icon: Dices, word: "spot_check" },
} satisfies Record<ApprovalMark, StatusLook>;

const LOOKS: Record<Status, StatusLook> = { ...EXECUTION_STATUSES, ...TASK_STATUSES, ...APPROVAL_MARKS };

export function lookOf(status: Status): StatusLook {
  return LOOKS[status];
}

export function isTaskStatus(text: string): text is TaskStatus {
  return Object.hasOwn(TASK_STATUSES, text);
}

export function isExecutionStatus(text: string): text is ExecutionStatus {
  return Object.hasOwn(EXECUTION_STATUSES, text);
}

/** The status as a CSS value: `var(--running)`. */
export function colourOf(status: Status): string {
  return `var(--${LOOKS[status].colour})`;
}

/** The soft background that goes with the status: `var(--running-soft)`. */
export function softColourOf(status: Status): string {
  return `var(--${LOOKS[status].colour}-soft)`;
}

/** What a bar of the timeline or a stitch may show beside the statuses. */
export type SegmentKind = TaskStatus | "scoring" | "expected" | "backoff";

/** The class that gives an empty box of any size the texture of a status. */
export function segmentClass(kind: SegmentKind): string {
  switch (kind) {
    case "scoring":
    case "expected":
    case "backoff":
      return [segments["segment"], segments[kind]].join(" ");
    default:
      return TASK_STATUSES[kind].texture;
  }
}

/** What has come to its end and will not change by itself. */
export function hasEnded(status: TaskStatus): boolean {
  switch (status) {
    case "completed":
    case "failed":
    case "rejected":
    case "skipped":
    case "cancelled":
      return true;
    case "pending":
    case "queued":
    case "running":
    case "awaiting_approval":
      return false;
  }
}
