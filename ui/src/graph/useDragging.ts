// Dragging nodes: they follow the hand on the grid and on the lines of their neighbours, Alt leaves the originals and
// drags copies, Escape brings them back. The owner hears of it once, when they are let go.

import type { NodeChange } from "@xyflow/react";
import { type RefObject, useRef, useState } from "react";

import type { Layout, Position } from "../api/types";
import type { CanvasEdits, Positions } from "./canvasProps";
import type { FlowNode } from "./flow";
import { aligned, type Guide } from "./guides";
import { type Box, boxOf } from "./measures";
import { around } from "./places";
import type { Places } from "./useGlide";

/** So near, in px of the canvas, a neighbour's line draws what is dragged onto it. */
const PULL = 4;
const MOST_NEIGHBOURS = 400;

export interface Drag {
  places: Places;
  origins: Places;
  isCopy: boolean;
  guides: readonly Guide[];
}

export function useDragging(places: RefObject<Places>, notes: Layout["notes"], edits: CanvasEdits | undefined) {
  const [drag, setDrag] = useState<Drag | null>(null);
  // The drag as it is now, for the events between two drawings.
  const live = useRef<{ drag: Drag | null; isCancelled: boolean }>({ drag: null, isCancelled: false });
  const set = (next: Drag | null) => {
    live.current.drag = next;
    setDrag(next);
  };
  const boxes = (without: Places): Box[] => {
    const all: Box[] = [];
    for (const [id, place] of places.current) if (!without.has(id)) all.push(boxOf(place));
    return [...all.slice(0, MOST_NEIGHBOURS), ...notes.filter(({ id }) => !without.has(id))];
  };
  return {
    drag,
    begin(event: MouseEvent | TouchEvent, nodes: readonly FlowNode[]) {
      live.current.isCancelled = false;
      const origins = new Map(nodes.map(({ id, position }) => [id, position]));
      set({ places: origins, origins, isCopy: event.altKey, guides: [] });
    },
    /** Positions that the hand wishes. */
    follow(changes: readonly NodeChange<FlowNode>[]) {
      const { drag: now, isCancelled } = live.current;
      if (!now || isCancelled) return;
      const wished = new Map<string, Position>(now.places);
      let isMoved = false;
      for (const change of changes) {
        if (change.type !== "position" || !change.position || change.dragging === false) continue;
        wished.set(change.id, change.position);
        isMoved = true;
      }
      if (!isMoved) return;
      const sizes = new Map(notes.map((note) => [note.id, note]));
      const moving = around([...wished].map(([id, at]) => ({ ...boxOf(at), ...sizes.get(id), ...at })));
      const { dx, dy, guides } = moving ? aligned(moving, boxes(wished), PULL) : { dx: 0, dy: 0, guides: [] };
      const moved = new Map([...wished].map(([id, { x, y }]) => [id, { x: x + dx, y: y + dy }]));
      set({ ...now, places: moved, guides });
    },
    end() {
      const { drag: now, isCancelled } = live.current;
      set(null);
      if (!now || isCancelled || !edits) return;
      const moved = [...now.places].filter(([id, { x, y }]) => {
        const origin = now.origins.get(id);
        return origin?.x !== x || origin.y !== y;
      });
      if (moved.length === 0) return;
      const positions: Positions = Object.fromEntries(now.places);
      if (now.isCopy) edits.onDuplicate([...now.places.keys()], positions);
      else edits.onMove(positions);
    },
    /** Brings everything back while the hand still holds it; false when nothing is held. */
    cancel(): boolean {
      if (!live.current.drag) return false;
      live.current.isCancelled = true;
      set(null);
      return true;
    },
  };
}
