// What the Run panel needs to know of the plan that is open, and nothing else of the editor.

import { useMemo } from "react";

import type { Model, PlanDocument } from "../../../api/types";
import { type DraftPlan, toDocument } from "../model/draft";
import { type Published, useEditor } from "../useEditor";
import { fieldsOf, type InputField } from "./fields";
import type { StepModel } from "./readiness";
import { usesOf } from "./uses";

export interface PlanToRun {
  planId: string;
  version: number;
  name: string;
  plan: DraftPlan;
  /** As the API takes it. */
  document: PlanDocument;
  fields: readonly InputField[];
  stepIds: ReadonlySet<string>;
  stepModels: readonly StepModel[];
  /** Steps that ask a person whatever is set here. */
  alwaysAsked: ReadonlySet<string>;
  models: readonly Model[];
  /** How many errors stand in the way. */
  errors: number;
  /** The draft is not what the newest version says. */
  isDirty: boolean;
  publish: () => Promise<Published>;
}

/** The model of a step where neither it nor the plan names one. */
const USUAL_MODEL = "sonnet";

export function usePlanToRun(): PlanToRun {
  const { planId, version, plan, problems, models, isDirty, publish } = useEditor();
  const facts = useMemo(() => {
    const ids = plan.steps.map((step) => step.id);
    const asked = plan.steps.filter((step) => step.requiresApproval === true).map((step) => step.id);
    return {
      // A draft may be wrong in any way; what is wrong with it is for the API to say.
      document: toDocument(plan) as PlanDocument,
      fields: fieldsOf(plan, usesOf(plan.steps)),
      stepIds: new Set(ids),
      stepModels: plan.steps.map((step) => ({
        stepId: step.id,
        model: step.model ?? plan.defaults?.model ?? USUAL_MODEL,
      })),
      alwaysAsked: new Set([...asked, ...(plan.hitl?.requiredFor ?? [])]),
    };
  }, [plan]);
  const errors = problems.filter((problem) => problem.severity === "error").length;
  return { planId, version, name: plan.name, plan, models, errors, isDirty, publish, ...facts };
}
