// Automatic layout: ELK's layered algorithm in a worker of its own, put onto the loom. The worker and its 1.5 MB are
// loaded when they are first asked for.

import type { ELK, ElkNode } from "elkjs/lib/elk-api";

import type { Position } from "../api/types";
import { COLUMN, NODE_HEIGHT, NODE_WIDTH, ROW, woven } from "./measures";
import { byLevels } from "./places";
import { above, levels, type Linked } from "./threads";

/** Beyond this the plain columns are as good to read, and there at once. */
const MOST_STEPS = 2_000;

/** A place on the loom for every step: columns stand on warp lines, threads go to the right, few cross. */
export async function arranged(steps: readonly Linked[]): Promise<Map<string, Position>> {
  if (steps.length > MOST_STEPS) return byLevels(steps);
  const elk = await engine();
  const graph = await elk.layout(elkGraph(steps));
  return ontoLoom(steps, graph);
}

let started: Promise<ELK> | null = null;

function engine(): Promise<ELK> {
  started ??= start().catch((error: unknown) => {
    // The next one asks again.
    started = null;
    throw error;
  });
  return started;
}

async function start(): Promise<ELK> {
  const [{ default: Elk }, { default: ElkWorker }] = await Promise.all([
    import("elkjs/lib/elk-api"),
    import("./elkWorker?worker"),
  ]);
  return new Elk({ workerFactory: () => new ElkWorker() });
}

export function elkGraph(steps: readonly Linked[]): ElkNode {
  const known = above(steps);
  return {
    id: "plan",
    layoutOptions: {
      "elk.algorithm": "layered",
      "elk.direction": "RIGHT",
      "elk.layered.layering.strategy": "LONGEST_PATH_SOURCE",
      "elk.layered.nodePlacement.strategy": "BRANDES_KOEPF",
      "elk.layered.nodePlacement.bk.fixedAlignment": "BALANCED",
      "elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES",
      "elk.layered.spacing.nodeNodeBetweenLayers": String(COLUMN - NODE_WIDTH),
      "elk.spacing.nodeNode": String(ROW - NODE_HEIGHT),
      "elk.spacing.componentComponent": String(ROW - NODE_HEIGHT),
    },
    children: steps.map(({ id }) => ({ id, width: NODE_WIDTH, height: NODE_HEIGHT })),
    edges: [...known].flatMap(([id, others]) =>
      others.map((other) => ({ id: `${other} ${id}`, sources: [other], targets: [id] })),
    ),
  };
}

/**
 * ELK makes room for long threads by moving layers, and knows no grid: columns come from the levels, heights from
 * ELK, and whatever the grid brought too near to its neighbour goes down.
 */
export function ontoLoom(steps: readonly Linked[], graph: ElkNode): Map<string, Position> {
  const level = levels(steps);
  const columns: { id: string; y: number }[][] = [];
  for (const { id, y } of graph.children ?? []) (columns[level.get(id) ?? 0] ??= []).push({ id, y: y ?? 0 });
  const places = new Map<string, Position>();
  for (const [column, members] of columns.entries()) {
    let least = Number.NEGATIVE_INFINITY;
    for (const { id, y } of (members ?? []).toSorted((a, b) => a.y - b.y)) {
      const place = woven(column * COLUMN, Math.max(y, least));
      places.set(id, place);
      least = place.y + ROW;
    }
  }
  return new Map(steps.map(({ id }) => [id, places.get(id) ?? { x: 0, y: 0 }]));
}
