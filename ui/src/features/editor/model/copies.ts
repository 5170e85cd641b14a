// Copies of steps: each gets an id of its own, and what they say of each other follows.

import { type DraftPlan, type DraftStep, freeId } from "./draft";
import { idFault } from "./ids";

/** What the copies of these steps are called in a plan, by the ids that they have now. */
export function copyIds(plan: DraftPlan, steps: readonly DraftStep[]): ReadonlyMap<string, string> {
  const taken = new Set(plan.steps.map((step) => step.id));
  const names = new Map<string, string>();
  for (const { id } of steps) {
    if (names.has(id)) continue;
    const wanted = idFault(id, { ...plan, steps: [] }) === null ? id : "step";
    const name = freeId(wanted, (other) => taken.has(other));
    taken.add(name);
    names.set(id, name);
  }
  return names;
}

/** The copies. `follow` renames one mention of an id inside a step. */
export function copied(
  steps: readonly DraftStep[],
  names: ReadonlyMap<string, string>,
  follow: (step: DraftStep, from: string, to: string) => DraftStep,
): DraftStep[] {
  const renamed = [...names].filter(([from, to]) => from !== to);
  // By way of ids that nobody has, because one copy may get the name that another had.
  const passing = (at: number) => `x-passing-${at}-x`;
  const seen = new Set<string>();
  const own = steps.filter((step) => !seen.has(step.id) && seen.add(step.id));
  return own.map((step) => {
    let copy = step;
    for (const [at, [from]] of renamed.entries()) copy = follow(copy, from, passing(at));
    for (const [at, [, to]] of renamed.entries()) copy = follow(copy, passing(at), to);
    return { ...copy, id: names.get(step.id) ?? step.id };
  });
}
