// The loom's measures in px at zoom 1. Positions of a layout are in them, so they are not a matter of style.

import type { Position } from "../api/types";

export const NODE_WIDTH = 192;
export const NODE_HEIGHT = 96;
/** Columns of steps stand this far apart: 6 warp lines of node, 2 of gap. */
export const COLUMN = 256;
export const ROW = 144;
/** The distance of the warp lines, on which columns stand. */
export const WARP = 32;
/** What dragging and nudging snap to. */
export const GRID = 8;
/** How near the pointer has to be for a handle to wake and a thread to snap. */
export const SNAP = 24;

export const NOTE_WIDTH = 192;
export const NOTE_HEIGHT = 72;

/** Below the first everything that is small goes, below the second nodes become picks. */
export const ZOOM_MIDDLE = 0.6;
export const ZOOM_FAR = 0.3;
export const ZOOM_LEAST = 0.05;
export const ZOOM_MOST = 2;

export type ZoomLevel = "near" | "middle" | "far";

export function zoomLevel(zoom: number): ZoomLevel {
  if (zoom >= ZOOM_MIDDLE) return "near";
  return zoom >= ZOOM_FAR ? "middle" : "far";
}

/** The nearest place on the 8 px grid. */
export function gridded(x: number, y: number): Position {
  return { x: onto(GRID, x), y: onto(GRID, y) };
}

/** The nearest place where a column may stand: on a warp line, and on the grid. */
export function woven(x: number, y: number): Position {
  return { x: onto(WARP, x), y: onto(GRID, y) };
}

function onto(pitch: number, value: number): number {
  // Adding 0 turns -0 into 0, so that places compare equal.
  return Math.round(value / pitch) * pitch + 0;
}

export interface Box extends Position {
  width: number;
  height: number;
}

export function boxOf({ x, y }: Position): Box {
  return { x, y, width: NODE_WIDTH, height: NODE_HEIGHT };
}

export function overlaps(a: Box, b: Box, gap = 0): boolean {
  return (
    a.x < b.x + b.width + gap && b.x < a.x + a.width + gap && a.y < b.y + b.height + gap && b.y < a.y + a.height + gap
  );
}
