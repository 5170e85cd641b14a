// A dependency as a thread: its casing cuts what it passes over, its stroke says what goes through it.

import type { EdgeProps } from "@xyflow/react";
import { memo, useState } from "react";

import { useCanvas, useMoving } from "./CanvasContext";
import type { FlowEdge } from "./flow";
import styles from "./Thread.module.css";
import { casingPath, threadPath, type ThreadLook } from "./threadLook";

export const Thread = memo(function Thread({ id, sourceX, sourceY, targetX, targetY, data }: EdgeProps<FlowEdge>) {
  const { level, mode, movingThreads, isLarge } = useCanvas();
  const look = data?.look ?? "rest";
  const isFar = level === "far";
  const isMoving = useMoving(movingThreads, id, look === "feeding" && !isFar);
  const [isDrawing, stopDrawing] = useDrawnOnce(look, !isLarge);
  const path = threadPath(sourceX, sourceY, targetX, targetY);
  const classes = [styles.thread, styles[look], isMoving && styles.moving, isFar && styles.far];
  return (
    <>
      {!isFar && <path className={styles.casing} d={casingPath(sourceX, sourceY, targetX, targetY)} />}
      {!isFar && mode === "edit" && <path className={styles.reach} d={path} />}
      {isDrawing && <path className={[styles.thread, styles.notReached].join(" ")} d={path} />}
      {isDrawing ? (
        <path
          className={[styles.thread, styles.used, styles.drawing].join(" ")}
          d={path}
          pathLength={1}
          onAnimationEnd={stopDrawing}
        />
      ) : (
        <path className={classes.filter(Boolean).join(" ")} d={path} />
      )}
    </>
  );
});

/** A thread that comes into use is drawn from left to right, once. One that was used when it appeared is just there. */
function useDrawnOnce(look: ThreadLook, mayMove: boolean): [boolean, () => void] {
  const [seen, setSeen] = useState(look);
  const [isDrawing, setDrawing] = useState(false);
  if (look !== seen) {
    setSeen(look);
    setDrawing(mayMove && look === "used" && !matchMedia("(prefers-reduced-motion: reduce)").matches);
  }
  return [isDrawing, () => setDrawing(false)];
}
