// Who speaks of a step: in its dependencies or in a template.

import type { DraftPlan } from "./draft";
import { renamedIn } from "./edit";

/** The ids of the steps, other than those themselves, that refer to any of these. */
export function referringTo(plan: DraftPlan, ids: ReadonlySet<string>): string[] {
  // What a rename would touch is what refers to it, by the same reading of templates.
  const refers = (step: DraftPlan["steps"][number]) =>
    [...ids].some((id) => renamedIn(step, id, `${id}-gone`) !== step);
  return plan.steps.filter((step) => !ids.has(step.id) && refers(step)).map((step) => step.id);
}
