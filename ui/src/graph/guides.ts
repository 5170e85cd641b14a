// Lines to neighbours' edges and centres while something is dragged, and how far to go to stand on them. Pure.

import type { Box } from "./measures";

/** A line of the canvas: vertical ones stand at an x, horizontal ones at a y. */
export interface Guide {
  axis: "x" | "y";
  at: number;
  from: number;
  to: number;
}

export interface Alignment {
  dx: number;
  dy: number;
  guides: Guide[];
}

/** How the moving box stands to the others: what it has to move to be in line, and the lines that it is then on. */
export function aligned(moving: Box, others: readonly Box[], withinPx: number): Alignment {
  const dx = shift(edges(moving.x, moving.width), others, (box) => edges(box.x, box.width), withinPx);
  const dy = shift(edges(moving.y, moving.height), others, (box) => edges(box.y, box.height), withinPx);
  const moved = { ...moving, x: moving.x + (dx ?? 0), y: moving.y + (dy ?? 0) };
  const guides = [
    ...(dx === null ? [] : linesAt("x", moved, others)),
    ...(dy === null ? [] : linesAt("y", moved, others)),
  ];
  return { dx: dx ?? 0, dy: dy ?? 0, guides };
}

function edges(start: number, length: number): [number, number, number] {
  return [start, start + length / 2, start + length];
}

function shift(
  mine: readonly number[],
  others: readonly Box[],
  theirs: (box: Box) => readonly number[],
  withinPx: number,
): number | null {
  let best: number | null = null;
  for (const box of others) {
    const places = theirs(box);
    for (const [index, place] of mine.entries()) {
      // Edge to the same edge and centre to centre: other pairs are chance, and too many lines say nothing.
      const away = (places[index] ?? place) - place;
      if (Math.abs(away) <= withinPx && (best === null || Math.abs(away) < Math.abs(best))) best = away;
    }
  }
  return best;
}

function linesAt(axis: "x" | "y", moved: Box, others: readonly Box[]): Guide[] {
  const along = (box: Box) => (axis === "x" ? edges(box.x, box.width) : edges(box.y, box.height));
  const across = (box: Box): [number, number] =>
    axis === "x" ? [box.y, box.y + box.height] : [box.x, box.x + box.width];
  const guides: Guide[] = [];
  for (const [index, at] of along(moved).entries()) {
    const met = others.filter((box) => along(box)[index] === at);
    if (met.length === 0) continue;
    const ends = [moved, ...met].flatMap(across);
    guides.push({ axis, at, from: Math.min(...ends), to: Math.max(...ends) });
  }
  // Boxes of one size meet in all three; the middle line alone says it.
  return guides.length === 3 ? guides.slice(1, 2) : guides;
}
