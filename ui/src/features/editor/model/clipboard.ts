// Steps as text: what Ctrl C writes and Ctrl V reads. A plan with nothing but steps, so that other tools can read it.

import type { Layout } from "../../../api/types";
import { type DraftPlan, type DraftStep, isObject, readDraft, readLayout, toDocument } from "./draft";
import type { Positions } from "./edits";

export interface CopiedSteps {
  steps: readonly DraftStep[];
  positions: Positions;
}

/** The text for the clipboard. */
export function writeSteps(plan: DraftPlan, layout: Layout, ids: ReadonlySet<string>): string {
  const chosen = plan.steps.filter((step) => ids.has(step.id));
  const { steps } = toDocument({ name: "", steps: chosen });
  const nodes = Object.fromEntries(Object.entries(layout.nodes).filter(([id]) => ids.has(id)));
  return JSON.stringify({ steps, layout: { nodes } }, null, 2);
}

/** The steps in a text: those that were copied, a whole plan, a list of steps or one. Null where there are none. */
export function readSteps(text: string): CopiedSteps | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  const document = documentIn(value);
  if (document === null) return null;
  const { steps } = readDraft(document);
  return steps.length === 0 ? null : { steps, positions: readLayout(document["layout"]).nodes };
}

function documentIn(value: unknown): Readonly<Record<string, unknown>> | null {
  const isStep = (item: unknown) =>
    isObject(item) && typeof item["id"] === "string" && typeof item["prompt"] === "string";
  if (Array.isArray(value)) return value.length > 0 && value.every(isStep) ? { steps: value } : null;
  if (!isObject(value)) return null;
  // As the API answers with it.
  if (isObject(value["data"]) && "success" in value) return documentIn(value["data"]);
  if (Array.isArray(value["steps"]) && value["steps"].every(isStep)) return value;
  return isStep(value) ? { steps: [value] } : null;
}
