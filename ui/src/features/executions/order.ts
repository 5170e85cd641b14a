// The order in which steps are listed: what a step depends on stands above it; else as the plan has them. Pure.

import type { Step } from "../../api/types";

export type OrderedStep = Pick<Step, "id"> & Partial<Pick<Step, "dependsOn">>;

/** The ids in topological order. A circle, which a published plan never has, is opened where it is met. */
export function topologicalOrder(steps: readonly OrderedStep[]): string[] {
  const dependencies = new Map(steps.map((step) => [step.id, step.dependsOn ?? []]));
  const order: string[] = [];
  const met = new Set<string>();
  const placed = new Set<string>();
  for (const step of steps) {
    // Not by recursion: a chain may be thousands of steps long.
    const path = [step.id];
    for (let id = path.at(-1); id !== undefined; id = path.at(-1)) {
      const open = met.has(id)
        ? undefined
        : dependencies.get(id)?.filter((one) => dependencies.has(one) && !met.has(one));
      met.add(id);
      if (open !== undefined && open.length > 0) {
        path.push(...open.toReversed());
        continue;
      }
      path.pop();
      if (!placed.has(id)) {
        placed.add(id);
        order.push(id);
      }
    }
  }
  return order;
}
