// Drawing a thread: what it is over, whether it can be tied there, and what letting go means.

import { useStoreApi } from "@xyflow/react";
import { useRef, useState } from "react";

import type { CanvasEdits } from "./canvasProps";
import type { CanvasStep, Connecting } from "./flow";
import { gridded, NODE_HEIGHT, NODE_WIDTH, SNAP } from "./measures";
import { stepAt } from "./places";
import { impossible, refusal, type Refusal } from "./threads";
import type { Places } from "./useGlide";

export interface Drawn {
  connecting: Connecting;
  refused: Refusal | null;
}

export function useConnecting(steps: readonly CanvasStep[], places: Places, edits: CanvasEdits | undefined) {
  const store = useStoreApi();
  const [drawn, setDrawn] = useState<Drawn | null>(null);
  const live = useRef<Drawn | null>(null);
  const set = (next: Drawn | null) => {
    live.current = next;
    setDrawn(next);
  };
  return {
    drawn,
    begin(id: string | null, handle: "source" | "target" | null) {
      if (id === null || handle === null) return;
      const holds = handle === "source" ? "from" : "to";
      const blocked = impossible(steps, id, holds);
      blocked.delete(id);
      set({ connecting: { id, holds, impossible: blocked, over: null, isRefused: false }, refused: null });
    },
    /** Where the loose end is, in px of the canvas. */
    follow(x: number, y: number) {
      const now = live.current;
      if (!now) return;
      const zoom = store.getState().transform[2];
      const found = stepAt(places, { x, y }, SNAP / zoom);
      const over = found === now.connecting.id ? null : found;
      if (over === now.connecting.over) return;
      const refused = over === null ? null : refusal(steps, ...endsWith(now.connecting, over));
      set({ connecting: { ...now.connecting, over, isRefused: refused !== null }, refused });
    },
    end(event: MouseEvent | TouchEvent) {
      const now = live.current;
      set(null);
      if (!now || !edits) return;
      const { over, holds, id } = now.connecting;
      if (over !== null) {
        if (!now.refused) edits.onConnect(...endsWith(now.connecting, over));
        return;
      }
      const point = "changedTouches" in event ? event.changedTouches[0] : event;
      if (!point || !isOnPane(point, store.getState().domNode)) return;
      const { domNode, transform } = store.getState();
      const bounds = domNode?.getBoundingClientRect();
      const x = (point.clientX - (bounds?.left ?? 0) - transform[0]) / transform[2];
      const y = (point.clientY - (bounds?.top ?? 0) - transform[1]) / transform[2];
      // Let go over its own node, the person changed their mind.
      if (stepAt(places, { x, y }, SNAP / transform[2]) !== null) return;
      const at = gridded(holds === "from" ? x : x - NODE_WIDTH, y - NODE_HEIGHT / 2);
      if (holds === "from") edits.onAddAt(at.x, at.y, id);
      else edits.onAddAt(at.x, at.y, undefined, id);
    },
    cancel(): boolean {
      if (!live.current) return false;
      set(null);
      store.getState().cancelConnection();
      return true;
    },
  };
}

function endsWith({ id, holds }: Connecting, other: string): [from: string, to: string] {
  return holds === "from" ? [id, other] : [other, id];
}

function isOnPane({ clientX, clientY }: { clientX: number; clientY: number }, canvas: HTMLElement | null): boolean {
  const element = document.elementFromPoint(clientX, clientY);
  return element?.closest(".react-flow__pane") != null && canvas?.contains(element) === true;
}
