// Which problems belong to which field. A field is named as the API names it, `steps[2].dependsOn[0]`. Pure.

import type { Problem } from "../../../api/types";

/** The field of a problem inside of its step, or of the plan. */
export function fieldName(problem: Problem): string {
  return problem.field.replace(/^steps\[\d+\]\.?/, "");
}

/** The problems of a field and of what is inside of it. */
export function problemsAt(problems: readonly Problem[], field: string): readonly Problem[] {
  const those = problems.filter((problem) => {
    const name = fieldName(problem);
    return name === field || name.startsWith(`${field}.`) || name.startsWith(`${field}[`);
  });
  return those.length === 0 ? NONE : those;
}

const NONE: readonly Problem[] = [];

/** Those of a plan's own fields: what belongs to a step stands there. */
export function ofThePlan(problems: readonly Problem[]): readonly Problem[] {
  return problems.filter((problem) => !problem.field.startsWith("steps["));
}
