// Where the canvas is looked at from: fitted at first, remembered after, and led by keys and by what is followed.

import { getViewportForBounds, useReactFlow, useStoreApi } from "@xyflow/react";
import { useMemo } from "react";

import type { Position } from "../api/types";
import type { CanvasView } from "./canvasProps";
import { type Box, boxOf, NODE_HEIGHT, NODE_WIDTH, ZOOM_LEAST, ZOOM_MOST } from "./measures";
import { around } from "./places";
import { prefersStillness, type Places } from "./useGlide";

/** What stands over the canvas at its foot is left free. */
const PADDING = { top: "40px", right: "40px", bottom: "88px", left: "40px" } as const;
/** The map is taller than the tools, and what is wide reaches under it. */
const WIDE_PADDING = { ...PADDING, bottom: "124px" } as const;
const BARE_PADDING = { top: "24px", right: "24px", bottom: "24px", left: "24px" } as const;
const MOVES_MS = 240;

export interface Camera {
  fit: (boxes: Iterable<Box>, isAtOnce?: boolean) => Promise<boolean>;
  /** Brings a place into view when it is not; by as little as is needed. */
  show: (place: Position, isAtOnce?: boolean) => void;
  centre: () => Position;
  /** A point of the screen as a point of the canvas. */
  pointOf: (point: { clientX: number; clientY: number }) => Position;
  zoomBy: (factor: number) => void;
  zoomTo: (zoom: number) => void;
  put: (view: CanvasView) => Promise<boolean>;
  /** Looks at a point of the canvas. */
  lookAt: (point: Position) => void;
}

export function useCamera(isBare: boolean): Camera {
  const flow = useReactFlow();
  const store = useStoreApi();
  return useMemo(() => {
    const lasting = (isAtOnce?: boolean) => ({ duration: isAtOnce || prefersStillness() ? 0 : MOVES_MS });
    const centre = () => {
      const { width, height, transform } = store.getState();
      return { x: (width / 2 - transform[0]) / transform[2], y: (height / 2 - transform[1]) / transform[2] };
    };
    return {
      fit(boxes, isAtOnce) {
        const { width, height } = store.getState();
        const bounds = around(boxes);
        const isWide = bounds !== null && bounds.width > width && height > 480;
        const padding = isBare || height < 320 ? BARE_PADDING : isWide ? WIDE_PADDING : PADDING;
        const view = bounds && getViewportForBounds(bounds, width, height, ZOOM_LEAST, 1, padding);
        return flow.setViewport(view ?? { x: 40, y: 40, zoom: 1 }, lasting(isAtOnce));
      },
      show(place, isAtOnce) {
        const { width, height, transform } = store.getState();
        const [x, y, zoom] = transform;
        const into = (start: number, length: number, room: number) =>
          Math.max(0, 24 - start) - Math.max(0, start + length + 24 - room);
        const dx = into(place.x * zoom + x, NODE_WIDTH * zoom, width);
        const dy = into(place.y * zoom + y, NODE_HEIGHT * zoom, height);
        if (dx !== 0 || dy !== 0) void flow.setViewport({ x: x + dx, y: y + dy, zoom }, lasting(isAtOnce));
      },
      centre,
      pointOf: ({ clientX, clientY }) => flow.screenToFlowPosition({ x: clientX, y: clientY }, { snapToGrid: false }),
      zoomBy(factor) {
        void flow.zoomTo(store.getState().transform[2] * factor, lasting());
      },
      zoomTo(zoom) {
        void flow.zoomTo(zoom, lasting());
      },
      put(view) {
        return flow.setViewport({ ...view, zoom: Math.min(ZOOM_MOST, Math.max(ZOOM_LEAST, view.zoom)) });
      },
      lookAt({ x, y }) {
        const { width, height, transform } = store.getState();
        const zoom = transform[2];
        void flow.setViewport({ x: width / 2 - x * zoom, y: height / 2 - y * zoom, zoom });
      },
    };
  }, [flow, store, isBare]);
}

export function boxesOf(places: Places, ids?: ReadonlySet<string>): Box[] {
  return [...places].filter(([id]) => ids?.has(id) ?? true).map(([, place]) => boxOf(place));
}
