// The plan's own fields with the acts that change them, and the problems of each.

import { useCallback, useMemo } from "react";

import type { Problem } from "../../../api/types";
import type { DraftDefaults, DraftHitl, DraftPlan, PlanField } from "../model/draft";
import { useEditor } from "../useEditor";
import { ofThePlan, problemsAt } from "./problems";

export interface PlanHandle {
  plan: DraftPlan;
  change: <F extends PlanField>(field: F, value: DraftPlan[F] | undefined) => void;
  changeDefault: <K extends keyof DraftDefaults>(key: K, value: DraftDefaults[K] | undefined) => void;
  changeReview: <K extends keyof DraftHitl>(key: K, value: DraftHitl[K] | undefined) => void;
  problemsAt: (field: string) => readonly Problem[];
}

export function usePlan(): PlanHandle {
  const { plan, perform, problems } = useEditor();
  const { defaults, hitl } = plan;
  const own = useMemo(() => ofThePlan(problems), [problems]);
  const change = useCallback(
    <F extends PlanField>(field: F, value: DraftPlan[F] | undefined) =>
      perform({ kind: "changePlan", change: { [field]: value }, field }),
    [perform],
  );
  const changeDefault = useCallback(
    <K extends keyof DraftDefaults>(key: K, value: DraftDefaults[K] | undefined) =>
      perform({ kind: "changePlan", change: { defaults: withKey(defaults, key, value) }, field: `defaults.${key}` }),
    [perform, defaults],
  );
  const changeReview = useCallback(
    <K extends keyof DraftHitl>(key: K, value: DraftHitl[K] | undefined) =>
      perform({ kind: "changePlan", change: { hitl: withKey(hitl, key, value) }, field: `hitl.${key}` }),
    [perform, hitl],
  );
  return useMemo(
    () => ({ plan, change, changeDefault, changeReview, problemsAt: (field) => problemsAt(own, field) }),
    [plan, change, changeDefault, changeReview, own],
  );
}

/** The object with a key changed or taken away; undefined when nothing is left in it. */
function withKey<T extends object, K extends keyof T>(
  value: T | undefined,
  key: K,
  next: T[K] | undefined,
): T | undefined {
  const entries = Object.entries({ ...value, [key]: next }).filter(([, inner]) => inner !== undefined);
  // The same keys with the same types as before, but for the one that was given.
  return entries.length === 0 ? undefined : (Object.fromEntries(entries) as T);
}
