// The woven picture of a plan, computed: columns, picks and threads. Pure, and true for drafts with errors too.

import type { TaskStatus } from "../api/types";

export const MOST_COLUMNS = 12;
export const MOST_ROWS = 6;

export interface DrawnStep {
  id: string;
  dependsOn?: readonly string[] | null | undefined;
}

/** An upright mark: one step, or several that stand for more than fits. */
export interface Pick {
  column: number;
  row: number;
  stepIds: string[];
}

export interface Drawing {
  stepCount: number;
  levelCount: number;
  columnCount: number;
  /** How many picks the fullest column has. */
  rowCount: number;
  picks: Pick[];
  /** Pairs of places in `picks`, each once. */
  threads: { from: number; to: number }[];
  /** How many picks each column has. */
  heights: number[];
}

export function drawingOf(steps: readonly DrawnStep[]): Drawing {
  const levels = levelsOf(steps);
  const levelCount = Math.max(0, ...new Set(levels.values())) + (steps.length > 0 ? 1 : 0);
  const columnCount = Math.min(levelCount, MOST_COLUMNS);
  const columnOf = (id: string) => Math.floor(((levels.get(id) ?? 0) * columnCount) / Math.max(1, levelCount));
  const picks: Pick[] = [];
  const heights: number[] = [];
  const pickOf = new Map<string, number>();
  for (const [column, members] of columnsOf(steps, columnOf, columnCount).entries()) {
    const rows = Math.min(MOST_ROWS, members.length);
    heights.push(rows);
    const first = picks.length;
    for (let row = 0; row < rows; row++) picks.push({ column, row, stepIds: [] });
    for (const [index, id] of members.entries()) {
      const at = first + Math.floor((index * rows) / members.length);
      picks[at]?.stepIds.push(id);
      pickOf.set(id, at);
    }
  }
  const rowCount = Math.max(0, ...heights);
  return {
    stepCount: steps.length,
    levelCount,
    columnCount,
    rowCount,
    picks,
    threads: threadsOf(steps, pickOf, picks),
    heights,
  };
}

/** The longest path to each step. What a cycle holds is put where its first step can stand; unknown ids are passed over. */
export function levelsOf(steps: readonly DrawnStep[]): Map<string, number> {
  const levels = new Map<string, number>();
  const known = new Set(steps.map((step) => step.id));
  const below = new Map<string, string[]>();
  const open = new Map<string, number>();
  for (const { id, dependsOn } of steps) {
    const above = [...new Set(dependsOn ?? [])].filter((other) => known.has(other) && other !== id);
    open.set(id, above.length);
    for (const other of above) {
      const others = below.get(other);
      if (others) others.push(id);
      else below.set(other, [id]);
    }
  }
  const ready = steps.filter(({ id }) => open.get(id) === 0).map(({ id }) => id);
  const place = (queue: string[]) => {
    for (let at = 0; at < queue.length; at++) {
      const id = queue[at] ?? "";
      const level = levels.get(id) ?? 0;
      levels.set(id, level);
      for (const next of below.get(id) ?? []) {
        const left = (open.get(next) ?? 0) - 1;
        open.set(next, left);
        if (left >= 0) levels.set(next, Math.max(levels.get(next) ?? 0, level + 1));
        if (left === 0) queue.push(next);
      }
    }
  };
  place(ready);
  // Only cycles are left: each is entered at its first step.
  for (const { id } of steps) {
    if ((open.get(id) ?? 0) <= 0) continue;
    open.set(id, 0);
    place([id]);
  }
  return levels;
}

/** The steps by column, each column ordered by where its threads come from, so that few cross. */
function columnsOf(steps: readonly DrawnStep[], columnOf: (id: string) => number, columnCount: number): string[][] {
  const columns: DrawnStep[][] = Array.from({ length: columnCount }, () => []);
  for (const step of steps) columns[columnOf(step.id)]?.push(step);
  const places = new Map<string, number>();
  return columns.map((members) => {
    const wished = members.map((step, index) => {
      const above = (step.dependsOn ?? []).flatMap((id) => places.get(id) ?? []);
      const middle = above.length === 0 ? null : above.reduce((sum, place) => sum + place, 0) / above.length;
      return { id: step.id, middle: middle ?? (index + 0.5) / members.length };
    });
    const ordered = wished.sort((a, b) => a.middle - b.middle).map(({ id }) => id);
    for (const [index, id] of ordered.entries()) places.set(id, (index + 0.5) / ordered.length);
    return ordered;
  });
}

function threadsOf(
  steps: readonly DrawnStep[],
  pickOf: Map<string, number>,
  picks: readonly Pick[],
): Drawing["threads"] {
  const threads = new Map<string, { from: number; to: number }>();
  for (const { id, dependsOn } of steps) {
    for (const other of dependsOn ?? []) {
      const from = pickOf.get(other);
      const to = pickOf.get(id);
      if (from === undefined || to === undefined) continue;
      // Threads go to the right; what merging or a cycle put elsewhere is not drawn.
      if ((picks[from]?.column ?? 0) >= (picks[to]?.column ?? 0)) continue;
      threads.set(`${from} ${to}`, { from, to });
    }
  }
  return [...threads.values()];
}

/** What is most worth seeing comes first. */
const URGENCY = [
  "failed",
  "rejected",
  "awaiting_approval",
  "running",
  "queued",
  "completed",
  "cancelled",
  "skipped",
  "pending",
] as const satisfies readonly TaskStatus[];

/** The status that a pick shows for all of its steps; null where nothing is known. */
export function statusOfPick(pick: Pick, statuses: ReadonlyMap<string, TaskStatus>): TaskStatus | null {
  const present = new Set(pick.stepIds.map((id) => statuses.get(id)));
  return URGENCY.find((status) => present.has(status)) ?? null;
}
