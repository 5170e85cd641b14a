// The drawing of a plan: a small woven picture of it, used wherever a plan is named with room for it.

import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import type { TaskStatus } from "../api/types";
import { type Drawing, type DrawnStep, drawingOf, type Pick, statusOfPick } from "./drawing";
import styles from "./PlanDrawing.module.css";
import { colourOf } from "./status";

/** Measures in px: a small one stands in a row, a large one on a card. */
const SIZES = {
  small: { width: 72, height: 40, pickWidth: 5.5, pickHeight: 10, pitch: 11, span: 20, gap: 1.5, casing: 3, stroke: 1 },
  /** The drawing of an empty place. */
  medium: { width: 112, height: 80, pickWidth: 7, pickHeight: 15, pitch: 28, span: 38, gap: 3, casing: 4, stroke: 1.5 },
  large: { width: 280, height: 104, pickWidth: 7, pickHeight: 15, pitch: 26, span: 60, gap: 3, casing: 5, stroke: 1.5 },
} as const;

export function PlanDrawing({
  steps,
  size = "small",
  statuses,
  background = "var(--panel)",
}: {
  steps: readonly DrawnStep[];
  size?: keyof typeof SIZES | undefined;
  /** By step id, of the execution that is shown. */
  statuses?: ReadonlyMap<string, TaskStatus> | undefined;
  /** What it stands on: the casing of the threads has this colour. */
  background?: string | undefined;
}) {
  const drawing = useMemo(() => drawingOf(steps), [steps]);
  const measures = SIZES[size];
  const { width, height } = measures;
  const colours = drawing.picks.map((pick) => (statuses ? colourOfPick(pick, statuses) : null));
  const boxes = boxesOf(drawing, measures);
  return (
    <svg
      className={styles.drawing}
      viewBox={`0 0 ${width} ${height}`}
      style={{ width: `${width / 16}rem`, height: `${height / 16}rem` }}
      fill="none"
      role="img"
      aria-label={useDrawingName(drawing)}
    >
      {Array.from({ length: drawing.columnCount }, (_, column) => {
        const x = columnX(column, drawing, measures);
        return <path key={column} className={styles.warp} d={`M${x} 0V${height}`} />;
      })}
      {drawing.threads.map(({ from, to }) => {
        const path = threadPath(boxes[from], boxes[to]);
        return (
          <g key={`${from} ${to}`}>
            <path d={path} stroke={background} strokeWidth={measures.casing} />
            <path d={path} stroke={colours[to] ?? "var(--thread)"} strokeWidth={measures.stroke} />
          </g>
        );
      })}
      {boxes.map((box, index) => (
        <rect
          key={index}
          x={box.x - measures.pickWidth / 2}
          y={box.y - box.height / 2}
          width={measures.pickWidth}
          height={box.height}
          rx={1.5}
          fill={colours[index] ?? "var(--ink-2)"}
          stroke={background}
          strokeWidth={measures.stroke}
          paintOrder="stroke"
        />
      ))}
    </svg>
  );
}

/** "8 steps in 4 levels". */
export function useDrawingName({ stepCount, levelCount }: { stepCount: number; levelCount: number }): string {
  const { t } = useTranslation("common");
  if (stepCount === 0) return t("drawing.empty");
  return t("drawing.name", {
    steps: t("drawing.steps", { count: stepCount }),
    levels: t("drawing.levels", { count: levelCount }),
  });
}

interface Box {
  x: number;
  y: number;
  height: number;
}

type Measures = (typeof SIZES)[keyof typeof SIZES];

function columnX(column: number, { columnCount }: Drawing, { width, span, pickWidth }: Measures): number {
  const room = (width - 2 * pickWidth) / Math.max(1, columnCount - 1);
  return width / 2 + (column - (columnCount - 1) / 2) * Math.min(span, room);
}

function boxesOf(drawing: Drawing, measures: Measures): Box[] {
  const { height, gap, pickHeight } = measures;
  const most = Math.max(1, drawing.rowCount);
  const pitch = Math.min(measures.pitch, (height - 4) / most);
  return drawing.picks.map((pick) => {
    const rows = drawing.heights[pick.column] ?? 1;
    // A column that is not full spreads, so that threads have room to weave.
    const spread = rows < most ? Math.min(pitch * 1.5, ((most - 1) * pitch) / Math.max(1, rows - 1)) : pitch;
    const usual = Math.min(pickHeight, pitch - gap);
    return {
      x: columnX(pick.column, drawing, measures),
      y: height / 2 + (pick.row - (rows - 1) / 2) * spread,
      height: pick.stepIds.length > 1 ? pitch - gap : usual,
    };
  });
}

function threadPath(from: Box | undefined, to: Box | undefined): string {
  if (!from || !to) return "";
  const bend = (to.x - from.x) / 2;
  return `M${from.x} ${from.y}C${from.x + bend} ${from.y} ${to.x - bend} ${to.y} ${to.x} ${to.y}`;
}

function colourOfPick(pick: Pick, statuses: ReadonlyMap<string, TaskStatus>): string | null {
  const status = statusOfPick(pick, statuses);
  return status === null || status === "pending" ? null : colourOf(status);
}
