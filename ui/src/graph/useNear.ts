// Which node the pointer is near: its handles grow. Written on the element itself, because it changes with every move.

import { useStoreApi } from "@xyflow/react";
import { type RefObject, useEffect, useRef } from "react";

import { SNAP, ZOOM_FAR } from "./measures";
import { stepAt } from "./places";
import type { Places } from "./useGlide";

export function useNear(root: RefObject<HTMLElement | null>, places: Places, isOn: boolean): void {
  const store = useStoreApi();
  const latest = useRef(places);
  useEffect(() => {
    latest.current = places;
  });
  useEffect(() => {
    const element = root.current;
    if (!element || !isOn) return;
    let marked: Element | null = null;
    let frame = 0;
    const mark = (found: Element | null) => {
      if (found === marked) return;
      marked?.removeAttribute("data-near");
      found?.setAttribute("data-near", "");
      marked = found;
    };
    const onMove = (event: PointerEvent) => {
      if (frame !== 0) return;
      frame = requestAnimationFrame(() => {
        frame = 0;
        const [x, y, zoom] = store.getState().transform;
        const bounds = element.getBoundingClientRect();
        const point = { x: (event.clientX - bounds.left - x) / zoom, y: (event.clientY - bounds.top - y) / zoom };
        const id = zoom < ZOOM_FAR ? null : stepAt(latest.current, point, SNAP / zoom);
        mark(id === null ? null : element.querySelector(`.react-flow__node[data-id="${CSS.escape(id)}"]`));
      });
    };
    const onLeave = () => mark(null);
    element.addEventListener("pointermove", onMove, { passive: true });
    element.addEventListener("pointerleave", onLeave);
    return () => {
      cancelAnimationFrame(frame);
      mark(null);
      element.removeEventListener("pointermove", onMove);
      element.removeEventListener("pointerleave", onLeave);
    };
  }, [root, store, isOn]);
}
