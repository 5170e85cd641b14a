// What a screen may ask the canvas for, and what its own tools ask for.

import { type RefObject, useImperativeHandle, useMemo } from "react";

import type { CanvasHandle, PlanCanvasProps } from "./canvasProps";
import { COLUMN, NODE_HEIGHT, NODE_WIDTH } from "./measures";
import { placeNew } from "./places";
import { boxesOf, type Camera } from "./useCamera";
import type { Places } from "./useGlide";
import { useStable } from "./useStable";

interface Given extends Pick<PlanCanvasProps, "ref" | "steps" | "layout" | "selection"> {
  root: RefObject<HTMLElement | null>;
  places: Places;
  camera: Camera;
  arrange: () => void;
}

/** A node that was out of view is mounted some frames after the camera came. */
const MOST_FRAMES = 20;

export function useCanvasHandle({ ref, root, steps, layout, selection, places, camera, arrange }: Given): CanvasHandle {
  const fit = useStable(() => {
    void camera.fit([...boxesOf(places), ...layout.notes]);
  });
  const fitSelection = useStable(() => {
    const boxes = [...boxesOf(places, selection), ...layout.notes.filter(({ id }) => selection.has(id))];
    if (boxes.length > 0) void camera.fit(boxes);
  });
  const goTo = useStable((stepId: string) => {
    const place = places.get(stepId);
    if (!place) return;
    camera.show(place);
    focusOn(root.current, stepId, MOST_FRAMES);
  });
  const freePlace = useStable(() => {
    const last = [...selection].findLast((id) => places.has(id));
    const beside = last === undefined ? undefined : places.get(last);
    const { x, y } = camera.centre();
    const near = beside ? { x: beside.x + COLUMN, y: beside.y } : { x: x - NODE_WIDTH / 2, y: y - NODE_HEIGHT / 2 };
    return placeNew(steps, layout, near);
  });
  const doArrange = useStable(arrange);
  const handle = useMemo(
    () => ({ fit, fitSelection, goTo, freePlace, centre: camera.centre, arrange: doArrange }),
    [fit, fitSelection, goTo, freePlace, camera, doArrange],
  );
  useImperativeHandle(ref, () => handle, [handle]);
  return handle;
}

function focusOn(root: HTMLElement | null, stepId: string, framesLeft: number): void {
  const element = root?.querySelector<HTMLElement>(`[data-step="${CSS.escape(stepId)}"]`);
  // The camera goes there by itself; the browser's own scrolling would move the canvas in its frame.
  if (element) element.focus({ preventScroll: true });
  else if (framesLeft > 0) requestAnimationFrame(() => focusOn(root, stepId, framesLeft - 1));
}
