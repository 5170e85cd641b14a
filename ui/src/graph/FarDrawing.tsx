// A large plan from far: the drawing itself, in a handful of paths. Thousands of nodes would say no more than it does.

import { ViewportPortal } from "@xyflow/react";
import { memo, useMemo } from "react";

import { colourOf } from "../components/status";
import type { PlanCanvasProps } from "./canvasProps";
import { rectangles, threadPaths } from "./drawn";
import styles from "./FarDrawing.module.css";
import { NODE_WIDTH } from "./measures";
import type { Places } from "./useGlide";

const PICK_INSET = NODE_WIDTH / 2 - 20;

export const FarDrawing = memo(function FarDrawing({
  steps,
  places,
  selection,
  views,
}: Pick<PlanCanvasProps, "steps" | "selection" | "views"> & { places: Places }) {
  const threads = useMemo(() => threadPaths(steps, places, NODE_WIDTH / 2), [steps, places]);
  const picks = useMemo(() => {
    const colour = (id: string) => {
      const status = views?.[id]?.status;
      if (selection.has(id)) return "var(--accent)";
      return status === undefined || status === "pending" ? "var(--ink-2)" : colourOf(status);
    };
    return [...rectangles(places, colour, { insetX: PICK_INSET })];
  }, [places, selection, views]);
  return (
    <ViewportPortal>
      <svg className={styles.drawing} aria-hidden>
        <path className={styles.threads} d={threads} />
        {picks.map(([colour, path]) => (
          <path key={colour} d={path} fill={colour} />
        ))}
      </svg>
    </ViewportPortal>
  );
});
