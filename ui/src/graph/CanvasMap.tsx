// The map: the whole plan small, and where the canvas is looking. Click or drag looks elsewhere.

import { useStore } from "@xyflow/react";
import { memo, type PointerEvent, useMemo } from "react";
import { useTranslation } from "react-i18next";

import { colourOf } from "../components/status";
import type { PlanCanvasProps } from "./canvasProps";
import styles from "./CanvasMap.module.css";
import { rectangles, threadPaths } from "./drawn";
import { around } from "./places";
import { boxesOf, type Camera } from "./useCamera";
import type { Places } from "./useGlide";

interface MapProps extends Pick<PlanCanvasProps, "steps" | "selection" | "views"> {
  places: Places;
  camera: Camera;
}

/** Threads of more steps than this are a grey surface. */
const MOST_THREADS = 1_000;

export const CanvasMap = memo(function CanvasMap({ steps, selection, views, places, camera }: MapProps) {
  const { t } = useTranslation("graph");
  const bounds = useMemo(() => around(boxesOf(places)), [places]);
  const picks = useMemo(() => {
    const colour = (id: string) => {
      const status = views?.[id]?.status;
      if (selection.has(id)) return "var(--accent)";
      return status === undefined || status === "pending" ? "var(--line-strong)" : colourOf(status);
    };
    return [...rectangles(places, colour)];
  }, [places, selection, views]);
  const threads = useMemo(() => (steps.length > MOST_THREADS ? "" : threadPaths(steps, places)), [steps, places]);
  if (!bounds) return null;
  const margin = Math.max(bounds.width / 12, bounds.height / 6, 48);
  const box = {
    x: bounds.x - margin,
    y: bounds.y - margin,
    width: bounds.width + 2 * margin,
    height: bounds.height + 2 * margin,
  };
  const look = (event: PointerEvent<SVGSVGElement>) => {
    if (event.buttons !== 1) return;
    const matrix = event.currentTarget.getScreenCTM();
    if (!matrix) return;
    camera.lookAt(new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse()));
  };
  return (
    <div className={styles.map}>
      <svg
        role="img"
        aria-label={t("map")}
        viewBox={`${box.x} ${box.y} ${box.width} ${box.height}`}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          look(event);
        }}
        onPointerMove={look}
      >
        <path className={styles.threads} d={threads} />
        {picks.map(([colour, path]) => (
          <path key={colour} d={path} fill={colour} />
        ))}
        <Looking within={box} />
      </svg>
    </div>
  );
});

/** What of the map is in view; cut to the map, so that its edges are always seen. */
function Looking({ within }: { within: { x: number; y: number; width: number; height: number } }) {
  const [tx, ty, zoom] = useStore((store) => store.transform);
  const width = useStore((store) => store.width);
  const height = useStore((store) => store.height);
  const left = Math.max(within.x, -tx / zoom);
  const top = Math.max(within.y, -ty / zoom);
  const right = Math.min(within.x + within.width, (width - tx) / zoom);
  const bottom = Math.min(within.y + within.height, (height - ty) / zoom);
  if (right <= left || bottom <= top) return null;
  return <rect className={styles.looking} x={left} y={top} width={right - left} height={bottom - top} />;
}
