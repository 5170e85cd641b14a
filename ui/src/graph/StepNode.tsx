// A step on the canvas: 192 by 96, in an editor with its prompt, in an execution with what its task does. From far a
// pick of the drawing, from the middle distance its id and status.

import type { NodeProps } from "@xyflow/react";
import { CircleAlert, TriangleAlert } from "lucide-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";

import { Icon } from "../components/Icon";
import { Skeleton } from "../components/Skeleton";
import { colourOf } from "../components/status";
import { StatusIcon } from "../components/StatusIcon";
import { StatusWord } from "../components/StatusWord";
import { Bead } from "./Bead";
import { useCanvas, useMoving } from "./CanvasContext";
import type { StepData, StepFlowNode } from "./flow";
import { FarHandles, Handles } from "./Handles";
import type { ZoomLevel } from "./measures";
import { fullName } from "./said";
import { SaidOfStep, SaidOfTask } from "./StepSaid";
import styles from "./StepNode.module.css";

export const StepNode = memo(function StepNode({ id, data, selected, dragging }: NodeProps<StepFlowNode>) {
  const { level, mode, t, statusWord, movingSteps } = useCanvas();
  const status = mode === "watch" ? (data.view?.status ?? "pending") : null;
  const isRunning = status === "running" && level !== "far";
  const moves = useMoving(movingSteps, id, isRunning);
  const word = status === null ? null : statusWord(status);
  const tone = status === null ? (data.problem?.severity === "error" ? styles.problem : "") : styles[status];
  const classes = [
    styles.step,
    styles[level],
    tone,
    selected && styles.selected,
    dragging && styles.dragged,
    isRunning && !moves && styles.still,
  ];
  return (
    <>
      {level === "far" && <FarHandles />}
      {level !== "far" && data.step.condition && <Bead condition={data.step.condition} data={data} />}
      {level !== "far" && (
        <Handles mode={mode} status={status} isNear={level === "near"} isFirst={!data.step.dependsOn?.length} />
      )}
      <div
        role="button"
        tabIndex={data.isEntry ? 0 : -1}
        data-step={id}
        aria-label={fullName(data, word, t)}
        aria-pressed={selected}
        className={classes.filter(Boolean).join(" ")}
      >
        <Face data={data} status={status} level={level} isSelected={selected} />
      </div>
    </>
  );
});

/** Longer ids are cut. Only they have what cuts, because 500 clips make panning slow. */
const MOST_ID = 11;

type Status = NonNullable<StepData["view"]>["status"];

interface FaceProps {
  data: StepData;
  status: Status | null;
  level: ZoomLevel;
  isSelected: boolean;
}

function Face({ data, status, level, isSelected }: FaceProps) {
  if (level === "far") {
    const own = status === null || status === "pending" ? null : colourOf(status);
    const colour = isSelected ? "var(--accent)" : own;
    return <span className={styles.pick} style={colour === null ? undefined : { background: colour }} />;
  }
  if (level === "middle") {
    return (
      <>
        <span className={data.step.id.length > MOST_ID ? styles.longLargeId : styles.largeId}>{data.step.id}</span>
        {status !== null && <LargeStatus status={status} />}
        {status === null && data.problem && <ProblemIcon severity={data.problem.severity} sizePx={28} />}
      </>
    );
  }
  return (
    <>
      <span className={styles.head}>
        <span className={data.step.id.length > MOST_ID ? styles.longId : styles.id}>{data.step.id}</span>
        {status !== null && <StatusWord status={status} size="meta" />}
        {status === null && data.problem && <ProblemIcon severity={data.problem.severity} sizePx={14} />}
      </span>
      {status === null ? <SaidOfStep data={data} /> : <SaidOfTask data={data} />}
    </>
  );
}

function LargeStatus({ status }: { status: Status }) {
  const { t } = useTranslation("common");
  return (
    <span className={styles.largeStatus} style={{ color: colourOf(status) }}>
      <StatusIcon status={status} sizePx={28} isNamed />
      {status === "awaiting_approval" ? t("awaitingShort") : t(`status.${status}`)}
    </span>
  );
}

function ProblemIcon({ severity, sizePx }: { severity: "error" | "warning"; sizePx: number }) {
  return (
    <span className={styles[severity]}>
      <Icon icon={severity === "error" ? CircleAlert : TriangleAlert} sizePx={sizePx} />
    </span>
  );
}

/** The true geometry of a step that is still being read. */
export function StepSkeleton() {
  return (
    <div className={[styles.step, styles.near, styles.loading].join(" ")} aria-hidden>
      <Skeleton widthRem={5.5} heightRem={0.5} />
      <Skeleton widthRem={10} heightRem={0.375} />
      <Skeleton widthRem={7.5} heightRem={0.375} />
    </div>
  );
}
