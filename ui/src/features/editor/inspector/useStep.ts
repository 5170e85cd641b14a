// One step of the draft with what its fields need: the plan, the acts, and the problems of each field.

import { useCallback, useMemo } from "react";

import type { Fix, Problem } from "../../../api/types";
import type { DraftPlan, DraftStep, StepField } from "../model/draft";
import { useEditor } from "../useEditor";
import { problemsAt } from "./problems";

export interface StepHandle {
  plan: DraftPlan;
  step: DraftStep;
  /** `undefined` takes the field away, so that its default holds. */
  change: <F extends StepField>(field: F, value: DraftStep[F] | undefined) => void;
  problemsAt: (field: string) => readonly Problem[];
}

/** Null once the step has gone. */
export function useStep(id: string): StepHandle | null {
  const { plan, perform, problemsOf } = useEditor();
  const step = useMemo(() => plan.steps.find((one) => one.id === id), [plan.steps, id]);
  const problems = problemsOf(id);
  const change = useCallback(
    <F extends StepField>(field: F, value: DraftStep[F] | undefined) =>
      perform({ kind: "changeStep", id, change: { [field]: value }, field }),
    [perform, id],
  );
  return useMemo(
    () => (step ? { plan, step, change, problemsAt: (field) => problemsAt(problems, field) } : null),
    [plan, step, change, problems],
  );
}

/** Applies a problem's fix. */
export function useFix(): (fix: Fix) => void {
  const { perform } = useEditor();
  return useCallback((fix: Fix) => perform({ kind: "applyFix", operations: fix.patch, title: fix.title }), [perform]);
}
