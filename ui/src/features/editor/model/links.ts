// Who leads to whom in a plan, as the edits need it. The graph's own functions serve the canvas; these have to be
// quick at a single question about 10,000 steps.

import type { DraftStep } from "./draft";

/** Whether `from` is upstream of `to`, or is it. */
export function leadsTo(steps: readonly DraftStep[], from: string, to: string): boolean {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const seen = new Set([to]);
  for (const id of seen) {
    if (id === from) return true;
    for (const other of byId.get(id)?.dependsOn ?? []) seen.add(other);
  }
  return false;
}

/** Whether there is any cycle among the steps. */
export function hasCycle(steps: readonly DraftStep[]): boolean {
  const known = new Set(steps.map((step) => step.id));
  const open = new Map<string, number>();
  const next = new Map<string, string[]>();
  for (const step of steps) {
    const above = [...new Set(step.dependsOn ?? [])].filter((id) => known.has(id));
    open.set(step.id, above.length);
    for (const id of above) next.set(id, [...(next.get(id) ?? []), step.id]);
  }
  const ready = [...open].filter(([, count]) => count === 0).map(([id]) => id);
  for (let at = 0; at < ready.length; at += 1) {
    for (const id of next.get(ready[at] ?? "") ?? []) {
      const count = (open.get(id) ?? 0) - 1;
      open.set(id, count);
      if (count === 0) ready.push(id);
    }
  }
  return ready.length < open.size;
}

/** The steps that a step depends on, through others too; without itself. */
export function upstreamOf(steps: readonly DraftStep[], id: string): ReadonlySet<string> {
  const byId = new Map(steps.map((step) => [step.id, step]));
  const seen = new Set<string>();
  const queue = [id];
  for (let at = 0; at < queue.length; at += 1) {
    for (const other of byId.get(queue[at] ?? "")?.dependsOn ?? []) {
      if (other === id || seen.has(other) || !byId.has(other)) continue;
      seen.add(other);
      queue.push(other);
    }
  }
  return seen;
}
