// The two rings on a node's edges: in an editor threads are drawn from them, in an execution they have the status.

import { Handle, Position as Side } from "@xyflow/react";
import { type CSSProperties, memo } from "react";

import type { TaskStatus } from "../api/types";
import { colourOf } from "../components/status";
import type { Mode } from "./flow";
import styles from "./Handles.module.css";

interface HandlesProps {
  mode: Mode;
  status: TaskStatus | null;
  /** Nothing comes in; the left ring shows only when somebody may want to change that. */
  isFirst: boolean;
  /** From farther off rings are only where threads can be drawn from. */
  isNear: boolean;
}

export const Handles = memo(function Handles({ mode, status, isFirst, isNear }: HandlesProps) {
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
  const style = colour === undefined ? undefined : ringStyle(colour);
  return (
    <>
      <span
        className={`target ${isFirst || !isNear ? styles.none : styles.left}`}
        data-handlepos={Side.Left}
        style={style}
      />
      <span
        className={`source ${isNear ? styles.right : styles.noneRight}`}
        data-handlepos={Side.Right}
        style={style}
      />
    </>
  );
});

function ringStyle(colour: string): CSSProperties & { "--ring": string } {
  return { "--ring": colour };
}

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

/** From far threads end in the middle of the pick. React Flow measures where these stand. */
export function FarHandles() {
  return (
    <>
      <span className={`target ${styles.anchor}`} data-handlepos={Side.Left} />
      <span className={`source ${styles.anchor}`} data-handlepos={Side.Right} />
    </>
  );
}
