// The warp: faint upright lines every 32 px, on which columns of steps stand. They follow the camera without React.

import { useStoreApi } from "@xyflow/react";
import { useLayoutEffect, useRef } from "react";

import { WARP } from "./measures";
import styles from "./WarpLines.module.css";

/** Nearer together than this, lines are a grey; every second one then goes. */
const LEAST_PX = 16;

export function WarpLines() {
  const store = useStoreApi();
  const lines = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    let shownPitch = 0;
    const draw = ({ transform: [x, , zoom] }: { transform: [number, number, number] }) => {
      const element = lines.current;
      if (!element) return;
      let pitch = WARP * zoom;
      while (pitch < LEAST_PX) pitch *= 2;
      // Panning only moves them, which costs no painting; zooming draws them anew.
      if (pitch !== shownPitch) element.style.backgroundSize = `${pitch}px 100%`;
      shownPitch = pitch;
      element.style.transform = `translateX(${(((x % pitch) + pitch) % pitch) - pitch}px)`;
    };
    draw(store.getState());
    return store.subscribe((now, before) => {
      if (now.transform !== before.transform) draw(now);
    });
  }, [store]);
  return <div ref={lines} className={styles.lines} aria-hidden />;
}
