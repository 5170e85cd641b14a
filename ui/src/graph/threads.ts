// Who depends on whom: levels, paths, why a thread cannot be drawn, and where an arrow key leads. Pure, and true for
// drafts with cycles and unknown ids too.

import type { Position } from "../api/types";
import { levelsOf } from "../components/drawing";
import { COLUMN } from "./measures";

export interface Linked {
  id: string;
  dependsOn?: readonly string[] | null | undefined;
}

/** The longest path to each step, from 0. */
export function levels(steps: readonly Linked[]): Map<string, number> {
  return levelsOf(steps);
}

/** The known dependencies of each step, each once and never itself. */
export function above(steps: readonly Linked[]): Map<string, string[]> {
  const known = new Set(steps.map(({ id }) => id));
  return new Map(
    steps.map(({ id, dependsOn }) => [
      id,
      [...new Set(dependsOn ?? [])].filter((other) => known.has(other) && other !== id),
    ]),
  );
}

/** Who depends on each step, in plan order. */
export function below(steps: readonly Linked[]): Map<string, string[]> {
  const all = new Map<string, string[]>(steps.map(({ id }) => [id, []]));
  for (const [id, others] of above(steps)) for (const other of others) all.get(other)?.push(id);
  return all;
}

/** The shortest way along threads from one step to another, both included; null where there is none. */
export function reaches(steps: readonly Linked[], from: string, to: string): string[] | null {
  const next = below(steps);
  if (!next.has(from)) return null;
  const cameFrom = new Map<string, string | null>([[from, null]]);
  const queue = [from];
  for (let at = 0; at < queue.length; at++) {
    const id = queue[at] ?? "";
    if (id === to) return wayBack(cameFrom, to);
    for (const one of next.get(id) ?? []) {
      if (cameFrom.has(one)) continue;
      cameFrom.set(one, id);
      queue.push(one);
    }
  }
  return null;
}

function wayBack(cameFrom: ReadonlyMap<string, string | null>, to: string): string[] {
  const path: string[] = [];
  for (let id: string | null = to; id !== null; id = cameFrom.get(id) ?? null) path.unshift(id);
  return path;
}

export interface Refusal {
  kind: "cycle" | "self" | "exists";
  from: string;
  to: string;
  /** How `to` leads to `from` already, for a cycle; else the two. */
  path: string[];
}

/** Why no thread can go from one step to another; null when one can. */
export function refusal(steps: readonly Linked[], from: string, to: string): Refusal | null {
  if (from === to) return { kind: "self", from, to, path: [from] };
  if (steps.find(({ id }) => id === to)?.dependsOn?.includes(from)) {
    return { kind: "exists", from, to, path: [from, to] };
  }
  const path = reaches(steps, to, from);
  return path === null ? null : { kind: "cycle", from, to, path };
}

export type End = "from" | "to";

/** All steps that a thread held at `id` cannot be tied to. `holds` says which end is held. */
export function impossible(steps: readonly Linked[], id: string, holds: End): Set<string> {
  const upward = above(steps);
  const downward = below(steps);
  // A thread from a step may not lead to what it depends on; a thread to a step may not come from what follows it.
  const blocked = reachable(holds === "from" ? upward : downward, id);
  for (const other of (holds === "from" ? downward : upward).get(id) ?? []) blocked.add(other);
  return blocked;
}

function reachable(next: ReadonlyMap<string, readonly string[]>, start: string): Set<string> {
  const seen = new Set([start]);
  for (const id of seen) for (const other of next.get(id) ?? []) seen.add(other);
  return seen;
}

export type Direction = "left" | "right" | "up" | "down";

type Places = ReadonlyMap<string, Position>;

/**
 * Where an arrow leads: left and right along threads to the neighbour that is nearest in height, up and down to the
 * next step of the same column. The same step when there is none.
 */
export function walk(steps: readonly Linked[], places: Places, from: string, direction: Direction): string {
  const here = places.get(from);
  if (!here) return steps[0]?.id ?? from;
  switch (direction) {
    case "left":
      return nearest(above(steps).get(from) ?? [], places, here) ?? from;
    case "right":
      return nearest(below(steps).get(from) ?? [], places, here) ?? from;
    case "up":
    case "down":
      return beside(steps, places, from, here, direction === "up" ? -1 : 1);
    default:
      return never(direction);
  }
}

function nearest(ids: readonly string[], places: Places, here: Position): string | undefined {
  const away = (id: string) => {
    const place = places.get(id);
    return place ? Math.abs(place.y - here.y) + Math.abs(place.x - here.x) / COLUMN : Number.POSITIVE_INFINITY;
  };
  return ids.toSorted((a, b) => away(a) - away(b))[0];
}

function beside(steps: readonly Linked[], places: Places, from: string, here: Position, sign: 1 | -1): string {
  let best = from;
  let bestAway = Number.POSITIVE_INFINITY;
  for (const { id } of steps) {
    const place = places.get(id);
    if (!place || id === from || Math.abs(place.x - here.x) >= COLUMN / 2) continue;
    const away = (place.y - here.y) * sign;
    // Two at one height are told apart by their order in x, so that none is skipped for ever.
    if (away < 0 || (away === 0 && (place.x - here.x) * sign <= 0)) continue;
    if (away < bestAway) [best, bestAway] = [id, away];
  }
  return best;
}

function never(value: never): never {
  throw new Error(`Unknown direction ${String(value)}`);
}
