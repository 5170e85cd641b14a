// Where steps stand: what the layout says, and a free place on the loom for those of which it says nothing. Pure.

import type { Layout, Position } from "../api/types";
import { type Box, boxOf, COLUMN, NODE_HEIGHT, NODE_WIDTH, overlaps, ROW, woven } from "./measures";
import { above, levels, type Linked } from "./threads";

/** Every step's place. A layout without any gives a plain one by levels; a missing one is found beside what it hangs on. */
export function placesOf(steps: readonly Linked[], layout: Layout): Map<string, Position> {
  const places = new Map<string, Position>();
  const missing: Linked[] = [];
  for (const step of steps) {
    const place = layout.nodes[step.id];
    if (place && Number.isFinite(place.x) && Number.isFinite(place.y)) places.set(step.id, place);
    else missing.push(step);
  }
  if (missing.length === 0) return places;
  if (places.size === 0) return byLevels(steps);
  // Free places are looked for among the placed ones, so many missing steps would take long; they go below in a block.
  if (missing.length > 64) {
    const lowest = Math.max(...[...places.values()].map(({ y }) => y)) + ROW;
    for (const [id, { x, y }] of byLevels(missing)) places.set(id, { x, y: y + lowest });
    return places;
  }
  const known = above(steps);
  const taken = [...[...places.values()].map(boxOf), ...layout.notes];
  for (const step of missing) {
    const hangsOn = (known.get(step.id) ?? []).map((id) => places.get(id)).find((place) => place !== undefined);
    const wished = hangsOn ? { x: hangsOn.x + COLUMN, y: hangsOn.y } : { x: 0, y: 0 };
    const place = freePlace(wished, taken);
    places.set(step.id, place);
    taken.push(boxOf(place));
  }
  return places;
}

/** A free place on the loom for a new step, as near to `near` as there is one. */
export function placeNew(steps: readonly Linked[], layout: Layout, near: Position): Position {
  const places = placesOf(steps, layout);
  return freePlace(near, [...[...places.values()].map(boxOf), ...layout.notes]);
}

function freePlace(near: Position, taken: readonly Box[]): Position {
  const start = woven(near.x, near.y);
  for (let ring = 0; ; ring++) {
    const place = ringAround(start, ring).find((one) => !taken.some((box) => overlaps(boxOf(one), box, 16)));
    if (place) return place;
  }
}

/** Places `ring` rows and columns away, below before above and right before left. */
function ringAround({ x, y }: Position, ring: number): Position[] {
  if (ring === 0) return [{ x, y }];
  const places: Position[] = [];
  for (let column = 0; column <= ring; column++) {
    for (const sign of column === 0 ? [1] : [1, -1]) {
      const rows = column === ring ? Array.from({ length: 2 * ring + 1 }, (_, row) => row - ring) : [ring, -ring];
      for (const row of rows.toSorted((a, b) => Math.abs(a) - Math.abs(b) || b - a)) {
        places.push({ x: x + sign * column * COLUMN, y: y + row * ROW });
      }
    }
  }
  return places;
}

/** Columns by longest path, each ordered by where its threads come from and centred on the tallest. */
export function byLevels(steps: readonly Linked[]): Map<string, Position> {
  const level = levels(steps);
  const columns: Linked[][] = [];
  for (const step of steps) (columns[level.get(step.id) ?? 0] ??= []).push(step);
  const tallest = Math.max(0, ...columns.map((column) => column?.length ?? 0));
  const known = above(steps);
  const places = new Map<string, Position>();
  const middle = (step: Linked, index: number, count: number) => {
    const ys = (known.get(step.id) ?? []).flatMap((id) => places.get(id)?.y ?? []);
    return ys.length === 0 ? top(count) + index * ROW : ys.reduce((sum, y) => sum + y, 0) / ys.length;
  };
  const top = (count: number) => ((tallest - count) * ROW) / 2;
  for (const [at, column] of columns.entries()) {
    if (!column) continue;
    const wished = column.map((step, index) => ({ id: step.id, y: middle(step, index, column.length) }));
    wished.sort((a, b) => a.y - b.y);
    for (const [row, { id }] of wished.entries()) places.set(id, woven(at * COLUMN, top(column.length) + row * ROW));
  }
  return new Map(steps.map(({ id }) => [id, places.get(id) ?? { x: 0, y: 0 }]));
}

/** What all these boxes cover; null for none. */
export function around(boxes: Iterable<Box>): Box | null {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y, width, height } of boxes) {
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x + width);
    bottom = Math.max(bottom, y + height);
  }
  return left > right ? null : { x: left, y: top, width: right - left, height: bottom - top };
}

/** The step whose node holds the point, or comes nearest to it within `within` px. */
export function stepAt(places: ReadonlyMap<string, Position>, { x, y }: Position, within: number): string | null {
  let best: string | null = null;
  let bestAway = within;
  for (const [id, place] of places) {
    const dx = Math.max(place.x - x, 0, x - place.x - NODE_WIDTH);
    const dy = Math.max(place.y - y, 0, y - place.y - NODE_HEIGHT);
    const away = Math.hypot(dx, dy);
    // What is drawn later lies on top.
    if (away <= bestAway) [best, bestAway] = [id, away];
  }
  return best;
}
