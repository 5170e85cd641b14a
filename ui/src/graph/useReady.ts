// The first look: once the canvas has a size and the plan is there, the camera is where it was the last time, or shows
// all of it. Nothing is drawn before, so that nothing jumps.

import { useStore } from "@xyflow/react";
import { useEffect, useLayoutEffect, useRef, useState } from "react";

import type { PlanCanvasProps } from "./canvasProps";
import { boxesOf, type Camera } from "./useCamera";
import type { Places } from "./useGlide";

export function useReady(
  { steps, layout, view, isLoading = false }: Pick<PlanCanvasProps, "steps" | "layout" | "view" | "isLoading">,
  places: Places,
  camera: Camera,
): { isReady: boolean; onInit: () => void } {
  const [isReady, setReady] = useState(false);
  const [isInitialised, setInitialised] = useState(false);
  const hasSize = useStore((store) => store.width > 0 && store.height > 0);
  const canLook = isInitialised && hasSize && (!isLoading || steps.length > 0);
  useLayoutEffect(() => {
    if (isReady || !canLook) return;
    const looks = view ? camera.put(view) : camera.fit([...boxesOf(places), ...layout.notes], true);
    void looks.then(() => setReady(true));
  }, [isReady, canLook, view, camera, places, layout]);
  return { isReady, onInit: () => setInitialised(true) };
}

/** The camera goes to the step that is followed, whenever it is another. */
export function useFollow(
  focusStep: string | null | undefined,
  places: Places,
  camera: Camera,
  isReady: boolean,
): void {
  const followed = useRef<string | null>(null);
  useEffect(() => {
    if (!isReady || focusStep == null || focusStep === followed.current) return;
    const place = places.get(focusStep);
    if (!place) return;
    camera.show(place);
    followed.current = focusStep;
  }, [isReady, focusStep, places, camera]);
}
