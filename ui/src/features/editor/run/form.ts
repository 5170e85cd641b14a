// What is set in the Run panel: inputs, budget, reviews. A pure reducer, and the request that follows from it.

import type { DryRunRequest, Execute, Hitl } from "../../../api/types";
import type { Entries, Entry } from "./values";

export type OnTimeout = NonNullable<Hitl["onTimeout"]>;

/** Undefined: as the plan, or the settings, say. Null: cleared. */
export interface RunForm {
  entries: Entries;
  budgetUsd: number | null;
  threshold?: number | null;
  /** Beyond those that the plan names. */
  requiredFor: readonly string[];
  reviewTimeoutMs?: number | null;
  onTimeout?: OnTimeout;
  timeoutMs: number | null;
  simulate?: boolean;
}

export const EMPTY_FORM: RunForm = { entries: {}, budgetUsd: null, requiredFor: [], timeoutMs: null };

export type FormAct =
  | { kind: "enter"; name: string; entry: Entry }
  | { kind: "change"; change: Partial<Omit<RunForm, "entries">> }
  | { kind: "replace"; form: RunForm };

export function reduceForm(form: RunForm, act: FormAct): RunForm {
  switch (act.kind) {
    case "enter":
      return { ...form, entries: { ...form.entries, [act.name]: act.entry } };
    case "change":
      return { ...form, ...act.change };
    case "replace":
      return act.form;
    default:
      return never(act);
  }
}

/** What differs from the plan's own reviews; nothing where nothing does. */
function hitlOf(form: RunForm, stepIds: ReadonlySet<string>): Hitl | undefined {
  const requiredFor = form.requiredFor.filter((id) => stepIds.has(id));
  const hitl: Hitl = {
    ...(requiredFor.length > 0 ? { requiredFor } : {}),
    ...(form.threshold === undefined ? {} : { confidenceThreshold: form.threshold }),
    ...(form.reviewTimeoutMs === undefined ? {} : { timeoutMs: form.reviewTimeoutMs }),
    ...(form.onTimeout === undefined ? {} : { onTimeout: form.onTimeout }),
  };
  return Object.keys(hitl).length > 0 ? hitl : undefined;
}

export type RunRequest = Pick<Execute, "input" | "hitl" | "options">;

export function requestOf(
  form: RunForm,
  input: Record<string, unknown>,
  stepIds: ReadonlySet<string>,
  simulate: boolean,
): RunRequest {
  const hitl = hitlOf(form, stepIds);
  const options = {
    ...(form.budgetUsd === null ? {} : { maxCost: form.budgetUsd }),
    ...(form.timeoutMs === null ? {} : { timeoutMs: form.timeoutMs }),
    ...(simulate ? { simulate } : {}),
  };
  return {
    input,
    ...(hitl === undefined ? {} : { hitl }),
    ...(Object.keys(options).length > 0 ? { options } : {}),
  };
}

export function dryRunOf(plan: DryRunRequest["plan"], request: RunRequest): DryRunRequest {
  return { plan, ...request };
}

function never(act: never): never {
  throw new Error(`Unknown act ${JSON.stringify(act)}`);
}
