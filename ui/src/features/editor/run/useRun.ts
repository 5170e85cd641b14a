// The Run panel's state: what is filled in, what a run of it would cost, and why it cannot start yet.

import { type Dispatch, useMemo } from "react";
import { useTranslation } from "react-i18next";

import type { Settings } from "../../../api/types";
import { exampleOf, type InputField } from "./fields";
import { dryRunOf, EMPTY_FORM, type FormAct, requestOf, type RunForm, type RunRequest } from "./form";
import { type Placed, placed } from "./issues";
import { type Unready, unreadyOf } from "./readiness";
import { type Estimate, useDryRun } from "./useDryRun";
import type { PlanToRun } from "./usePlanToRun";
import { useRunForm } from "./useRunForm";
import { useStart } from "./useStart";
import { type BuiltInput, buildInput, type Entry } from "./values";
import { listed, stepsInWords } from "./words";

export interface Run {
  form: RunForm;
  act: Dispatch<FormAct>;
  built: BuiltInput;
  request: RunRequest;
  simulate: boolean;
  /** Steps that no model can be called for, unless it is simulated. */
  unready: Unready;
  estimate: Estimate;
  issues: Placed;
  /** Why the request as it stands was not started. */
  refusal: Error | null;
  /** Why it cannot start now, as a sentence. */
  whyNot: string | undefined;
  start: ReturnType<typeof useStart>;
  /** Publishes the draft where it differs, then runs. */
  run: () => void;
}

const READY: Unready = { stepIds: [], models: [] };

export function useRun(plan: PlanToRun, settings: Settings): Run {
  const [form, act] = useRunForm(plan.planId, () =>
    isFirstRun(plan, settings) ? { ...EMPTY_FORM, entries: examplesOf(plan) } : EMPTY_FORM,
  );
  const { fields, stepIds, document, planId, version } = plan;
  // The card of the first start offers the simulator, so the panel beside it does.
  const threshold = form.threshold === undefined ? plan.plan.hitl?.confidenceThreshold : form.threshold;
  const evaluator = threshold == null ? undefined : (plan.plan.hitl?.evaluator ?? settings.evaluator);
  const notReady = useMemo(
    () => unreadyOf(plan.stepModels, plan.models, evaluator),
    [plan.stepModels, plan.models, evaluator],
  );
  const isOffered = isFirstRun(plan, settings) && notReady.models.length > 0;
  const simulate = form.simulate ?? (settings.simulate || isOffered);
  const built = useMemo(() => buildInput(fields, form.entries), [fields, form.entries]);
  const request = useMemo(() => requestOf(form, built.input, stepIds, simulate), [form, built, stepIds, simulate]);
  const unready = simulate ? READY : notReady;
  // Before the models are there, nobody can say which of them answer.
  const isKnown = plan.models.length > 0;
  const whyNot = useWhyNot(plan, built, unready);
  const dryRun = useMemo(
    () => (isKnown && whyNot === undefined ? dryRunOf(document, request) : null),
    [isKnown, whyNot, document, request],
  );
  const estimate = useDryRun(dryRun, plan.models);
  const start = useStart();
  // A refusal is about what was sent; what was changed since is judged by the estimate.
  const refusal = start.variables?.request === request ? start.error : null;
  const issues = useMemo(() => placed(refusal ?? estimate.error, fields), [refusal, estimate.error, fields]);
  return {
    form,
    act,
    built,
    request,
    simulate,
    unready,
    estimate,
    issues,
    refusal,
    whyNot,
    start,
    run: () => {
      if (whyNot !== undefined || start.isPending) return;
      start.mutate({ planId, version, request, ...(plan.isDirty ? { publish: plan.publish } : {}) });
    },
  };
}

/** The example plan's name, as the engine makes it. */
const EXAMPLE = "contract-review";

/** The card of the first start has not been answered, and this is the plan that it is about. */
export function isFirstRun(plan: Pick<PlanToRun, "name">, settings: Settings): boolean {
  return settings.welcome && plan.name === EXAMPLE;
}

/** The schema's examples, as the example plan begins with. */
export function examplesOf(plan: Pick<PlanToRun, "plan" | "fields">): Record<string, Entry> {
  const entries: Record<string, Entry> = {};
  for (const field of plan.fields) {
    const text = exampleOf(plan.plan, field);
    if (text !== null) entries[field.name] = { text };
  }
  return entries;
}

function useWhyNot(plan: PlanToRun, built: BuiltInput, unready: Unready): string | undefined {
  const { t } = useTranslation("run");
  if (plan.stepIds.size === 0) return t("whyNot.noSteps");
  if (plan.errors > 0) return t("whyNot.errors", { count: plan.errors });
  if (built.missing.length > 0) return t("whyNot.missing", { names: listed(built.missing.map(labelOf)) });
  if (built.faults.size > 0) {
    const faulty = plan.fields.filter((field) => built.faults.has(field.name));
    return t("whyNot.faults", { names: listed(faulty.map(labelOf)) });
  }
  if (unready.models.length > 0 && unready.stepIds.length === 0) return t("whyNot.scoring");
  if (unready.stepIds.length > 0) return t("whyNot.unready", { steps: stepsInWords(unready.stepIds) });
  return undefined;
}

export function labelOf(field: InputField): string {
  return field.title ?? field.name;
}
