// The automatic layout as an act: one at a time, and only if the plan is still the one that it was asked for.

import { useRef, useState } from "react";

import type { CanvasEdits } from "./canvasProps";
import { arranged } from "./elk";
import type { CanvasStep } from "./flow";
import { boxOf } from "./measures";
import type { Camera } from "./useCamera";

export interface Arranging {
  state: "idle" | "arranging" | "failed";
  arrange: () => void;
}

export function useArranging(steps: readonly CanvasStep[], edits: CanvasEdits | undefined, camera: Camera): Arranging {
  const [state, setState] = useState<Arranging["state"]>("idle");
  const asked = useRef(0);
  const arrange = () => {
    if (!edits || steps.length === 0 || state === "arranging") return;
    const mine = ++asked.current;
    setState("arranging");
    arranged(steps).then(
      (places) => {
        if (mine !== asked.current) return;
        setState("idle");
        edits.onLayout(Object.fromEntries(places));
        void camera.fit([...places.values()].map(boxOf));
      },
      () => setState("failed"),
    );
  };
  return { state, arrange };
}
