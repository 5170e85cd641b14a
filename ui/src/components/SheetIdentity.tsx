// The sheet's first half: mark, colours, statuses, drawings.

import type { TaskStatus } from "../api/types";
import { LastTwelve } from "./LastTwelve";
import { Mark } from "./Mark";
import { PlanDrawing } from "./PlanDrawing";
import styles from "./Sheet.module.css";
import { SheetSection } from "./SheetSection";
import { segmentClass, TASK_STATUSES } from "./status";
import { StatusPill } from "./StatusPill";
import { StatusWord } from "./StatusWord";
import { StitchBar } from "./StitchBar";
import { Stitches } from "./Stitches";

const COLOURS = ["ground", "canvas", "panel", "raised", "line", "line-control", "thread", "accent-soft"];
const INKS = ["ink", "ink-2", "ink-3", "accent", "focus", "awaiting", "running", "completed"];
const MEANINGS: Record<TaskStatus, string> = {
  pending: "Waits for other steps",
  queued: "Ready; the lane is full",
  running: "A model is answering",
  awaiting_approval: "A person must decide",
  completed: "Output is kept",
  failed: "No attempt succeeded",
  rejected: "A person said no",
  skipped: "Condition was false",
  cancelled: "Stopped before its end",
};
const STATUSES: TaskStatus[] = [
  "pending",
  "queued",
  "running",
  "awaiting_approval",
  "completed",
  "failed",
  "rejected",
  "skipped",
  "cancelled",
];
const ONE_EACH = { ...Object.fromEntries(STATUSES.map((status) => [status, 1])), completed: 3, pending: 2 };
const REVIEW = [
  { id: "extract" },
  { id: "parties" },
  { id: "analyze-risk", dependsOn: ["extract"] },
  { id: "compliance", dependsOn: ["extract", "parties"] },
  { id: "obligations", dependsOn: ["extract"] },
  { id: "redline", dependsOn: ["analyze-risk"] },
  { id: "market-check", dependsOn: ["obligations"] },
  { id: "report", dependsOn: ["redline", "compliance", "market-check"] },
];
const LIVE = new Map<string, TaskStatus>([
  ["extract", "completed"],
  ["parties", "completed"],
  ["analyze-risk", "awaiting_approval"],
  ["compliance", "running"],
  ["obligations", "completed"],
  ["market-check", "queued"],
]);
const MANY = Array.from({ length: 200 }, (_, index) => ({
  id: `s${index}`,
  dependsOn: index < 10 ? [] : [`s${index - 10}`, `s${Math.floor(index / 10) * 10 - 10}`],
}));

export function SheetIdentity() {
  return (
    <>
      <div className={styles.columns}>
        <SheetSection title="Identity">
          <div className={styles.row}>
            <Mark size={80} />
            <Mark size={32} />
            <Mark size={16} />
            <Mark size={14} />
            <img src="/icon.svg" alt="" width={72} />
          </div>
          <div className={styles.row}>
            <Mark size={24} />
            <span className={styles.name}>Planloom</span>
            <span className={styles.small}>One warp, one weft, turning at the edge.</span>
          </div>
        </SheetSection>
        <SheetSection title="Colour">
          <div className={styles.colours}>
            {[...COLOURS, ...INKS].map((name) => (
              <div key={name}>
                <div className={styles.swatch} style={{ background: `var(--${name})` }} />
                {name}
              </div>
            ))}
          </div>
        </SheetSection>
      </div>
      <div className={styles.halves}>
        <SheetSection title="Task status: one colour, one icon, one word, one texture">
          <div className={styles.statuses}>
            {STATUSES.map((status) => (
              <StatusRow key={status} status={status} />
            ))}
          </div>
          <StitchBar counts={ONE_EACH} hasWords />
          <StitchBar counts={{ completed: 812, running: 8, failed: 1, pending: 179 }} hasWords />
          <div className={styles.row}>
            <StatusWord status="paused" />
            <StatusWord status="approved" />
            <StatusWord status="auto_approved" />
            <StatusWord status="expired" />
            <StatusWord status="spot_check" size="meta" />
          </div>
        </SheetSection>
        <SheetSection title="Drawings">
          <div className={styles.row}>
            <div className={styles.drawing}>
              <PlanDrawing steps={REVIEW} size="large" statuses={LIVE} background="var(--canvas)" />
            </div>
            <div className={styles.drawing}>
              <PlanDrawing steps={MANY} size="large" background="var(--canvas)" />
            </div>
            <PlanDrawing steps={REVIEW} />
            <PlanDrawing steps={MANY} />
            <PlanDrawing steps={REVIEW.slice(0, 1)} />
            <PlanDrawing steps={[]} />
            <LastTwelve
              statuses={[
                "running",
                "completed",
                "failed",
                "paused",
                "cancelled",
                "completed",
                "completed",
                "completed",
              ]}
            />
          </div>
          <Timeline />
        </SheetSection>
      </div>
    </>
  );
}

function StatusRow({ status }: { status: TaskStatus }) {
  return (
    <>
      <StatusWord status={status} />
      <span>
        <StatusPill status={status} />
      </span>
      <span className={[segmentClass(status), styles.bar].join(" ")} data-status={TASK_STATUSES[status].colour} />
      <span>{MEANINGS[status]}</span>
    </>
  );
}

function Timeline() {
  return (
    <>
      <div className={styles.timeline}>
        <span className={segmentClass("queued")} style={{ width: 68 }} />
        <span className={segmentClass("failed")} style={{ width: 22 }} />
        <span className={segmentClass("backoff")} style={{ width: 22 }} />
        <span className={segmentClass("completed")} style={{ width: 92 }} />
        <span className={segmentClass("scoring")} style={{ width: 44 }} />
        <span className={segmentClass("awaiting_approval")} style={{ width: 90 }} />
        <span className={segmentClass("running")} style={{ width: 90 }} />
        <span className={segmentClass("expected")} style={{ width: 60 }} />
      </div>
      <Stitches value={0.62} label="Factual consistency" tone="awaiting" />
      <Stitches value={0.91} label="Follows the prompt" />
      <Stitches value={0.4} label="Tokens" tone="running" heightPx={3} />
      <p className={styles.read}>
        limited to the fees paid in the <del>twelve (12)</del> <ins>three (3)</ins> months preceding the claim.
      </p>
    </>
  );
}
