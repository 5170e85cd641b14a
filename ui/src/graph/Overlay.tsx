// What is drawn over the plan while something is in hand: lines to neighbours, the places that things came from, and
// the thread that a highlighted completion would add.

import { ViewportPortal } from "@xyflow/react";

import { boxOf, NODE_HEIGHT, NODE_WIDTH } from "./measures";
import styles from "./Overlay.module.css";
import thread from "./Thread.module.css";
import { threadPath } from "./threadLook";
import type { Drag } from "./useDragging";
import type { Places } from "./useGlide";

export function Overlay({
  drag,
  preview,
  places,
}: {
  drag: Drag | null;
  preview: { from: string; to: string } | null;
  places: Places;
}) {
  const from = preview ? places.get(preview.from) : undefined;
  const to = preview ? places.get(preview.to) : undefined;
  const y = NODE_HEIGHT / 2;
  if (!drag && !(from && to)) return null;
  return (
    <ViewportPortal>
      <svg className={styles.overlay} aria-hidden>
        {drag?.isCopy &&
          [...drag.origins].map(([id, place]) => <rect key={id} className={styles.origin} rx={8} {...boxOf(place)} />)}
        {drag?.guides.map(({ axis, at, from: start, to: end }) => (
          <path
            key={`${axis} ${at}`}
            className={styles.guide}
            d={axis === "x" ? `M${at} ${start - 16}V${end + 16}` : `M${start - 16} ${at}H${end + 16}`}
          />
        ))}
        {from && to && (
          <path
            className={[thread.thread, thread.drawn].join(" ")}
            d={threadPath(from.x + NODE_WIDTH, from.y + y, to.x, to.y + y)}
          />
        )}
      </svg>
    </ViewportPortal>
  );
}
