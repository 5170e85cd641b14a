// Where the templates of a plan refer to its input, and whether they can do without.

import type { DraftStep } from "../model/draft";
import { referencesOf } from "../prompt/template";
import type { InputUse } from "./fields";

/** Steps that were not touched are the same objects, so a key in one prompt reads one prompt. */
const known = new WeakMap<DraftStep, readonly InputUse[]>();

export function usesOf(steps: readonly DraftStep[]): InputUse[] {
  return steps.flatMap((step) => {
    const uses = known.get(step) ?? usesOfStep(step);
    known.set(step, uses);
    return uses;
  });
}

function usesOfStep(step: DraftStep): InputUse[] {
  const references = [
    ...referencesOf(step.prompt),
    ...(step.system === undefined ? [] : referencesOf(step.system)),
    ...(step.condition === undefined ? [] : referencesOf(step.condition, "condition")),
  ];
  return references
    .filter(({ root }) => root === "input")
    .map(({ path, isOptional, isList }) => ({
      path: withoutLength(path),
      stepId: step.id,
      isRequired: !isOptional,
      isList,
    }));
}

/** `input.text.length` asks for the length of `input.text`. */
function withoutLength(path: readonly string[]): readonly string[] {
  return path.length > 1 && path.at(-1) === "length" ? path.slice(0, -1) : path;
}
