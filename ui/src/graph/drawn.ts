// The whole plan as few paths: for the map, and for the canvas from so far that a step is a stroke. Pure.

import type { Position } from "../api/types";
import { NODE_HEIGHT, NODE_WIDTH } from "./measures";
import { above, type Linked } from "./threads";
import { threadPath } from "./threadLook";

type Places = ReadonlyMap<string, Position>;

/** A rectangle per step, by whatever they are grouped by. */
export function rectangles<G>(
  places: Places,
  groupOf: (id: string) => G,
  { insetX = 0 }: { insetX?: number } = {},
): Map<G, string> {
  const parts = new Map<G, string[]>();
  for (const [id, { x, y }] of places) {
    const group = groupOf(id);
    const width = NODE_WIDTH - 2 * insetX;
    const path = `M${x + insetX} ${y}h${width}v${NODE_HEIGHT}h${-width}z`;
    const known = parts.get(group);
    if (known) known.push(path);
    else parts.set(group, [path]);
  }
  return new Map([...parts].map(([group, all]) => [group, all.join("")]));
}

/** All threads in one path. `insetX` is how far inside of the nodes they end. */
export function threadPaths(steps: readonly Linked[], places: Places, insetX = 0): string {
  const parts: string[] = [];
  for (const [id, others] of above(steps)) {
    const to = places.get(id);
    for (const other of others) {
      const from = places.get(other);
      if (!from || !to) continue;
      const y = NODE_HEIGHT / 2;
      parts.push(threadPath(from.x + NODE_WIDTH - insetX, from.y + y, to.x + insetX, to.y + y));
    }
  }
  return parts.join("");
}
