// The two rings on a node's edges: in an editor threads are drawn from them, in an execution they have the status.

import { Handle, Position as Side } from "@xyflow/react";
import { memo } from "react";

import type { TaskStatus } from "../api/types";
import { colourOf } from "../components/status";
import { anchors, type Mode } from "./flow";
import styles from "./Handles.module.css";

interface HandlesProps {
  mode: Mode;
  status: TaskStatus | null;
  /** Nothing comes in; the left ring shows only when somebody may want to change that. */
  isFirst: boolean;
}

export const Handles = memo(function Handles({ mode, status, isFirst }: HandlesProps) {
  if (mode === "edit") {
    const left = isFirst ? [styles.handle, styles.first].join(" ") : styles.handle;
    return (
      <>
        <Handle className={left ?? ""} type="target" position={Side.Left} />
        <Handle className={styles.handle ?? ""} type="source" position={Side.Right} />
      </>
    );
  }
  const colour = status === null ? undefined : ringColour(status);
  const style = colour === undefined ? undefined : { borderColor: colour };
  return (
    <>
      {!isFirst && <span className={styles.left} style={style} />}
      <span className={styles.right} style={style} />
    </>
  );
});

/** Rings that nothing has gone through are plain. */
function ringColour(status: TaskStatus): string | undefined {
  switch (status) {
    case "running":
    case "awaiting_approval":
    case "completed":
    case "failed":
    case "rejected":
      return colourOf(status);
    case "pending":
    case "queued":
    case "skipped":
    case "cancelled":
      return undefined;
    default:
      return never(status);
  }
}

function never(status: never): never {
  throw new Error(`Unknown status ${String(status)}`);
}

/** React Flow measures these when a node appears; elements of no size where threads end. */
export const Anchors = memo(function Anchors({ isFar, beadAt }: { isFar: boolean; beadAt: number }) {
  const { left, right } = anchors(isFar, beadAt);
  return (
    <>
      <span className={`target ${styles.anchor}`} data-handlepos={Side.Left} style={{ left }} />
      <span className={`source ${styles.anchor}`} data-handlepos={Side.Right} style={{ left: right }} />
    </>
  );
});
