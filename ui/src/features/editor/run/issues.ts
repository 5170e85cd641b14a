// Where the API's refusals belong in the panel: at the input, at the budget, at a limit, or nowhere in it. Pure.

import { ApiError } from "../../../api/problem";
import type { Issue } from "../../../api/types";
import type { InputField } from "./fields";

/** The other fields of the panel by the API's names. */
const SETTINGS = [
  "hitl.confidenceThreshold",
  "hitl.timeoutMs",
  "hitl.onTimeout",
  "hitl.requiredFor",
  "options.maxCost",
  "options.timeoutMs",
] as const;

export type SettingField = (typeof SETTINGS)[number];

export interface Placed {
  /** By the name of the input field. */
  inputs: ReadonlyMap<string, string>;
  settings: ReadonlyMap<SettingField, string>;
  /** What belongs to no field here, as sentences. */
  others: readonly string[];
}

export function placed(error: Error | null, fields: readonly InputField[]): Placed {
  const inputs = new Map<string, string>();
  const settings = new Map<SettingField, string>();
  const others: string[] = [];
  if (!(error instanceof ApiError)) return { inputs, settings, others };
  for (const issue of error.issues.filter(({ severity }) => severity === "error")) {
    const input = fields.find((field) => isAt(issue, `input.${field.name}`));
    const setting = SETTINGS.find((name) => isAt(issue, name));
    if (input) inputs.set(input.name, inputs.get(input.name) ?? issue.message);
    else if (setting) settings.set(setting, settings.get(setting) ?? issue.message);
    else others.push(issue.message);
  }
  if (error.issues.length === 0) others.push(error.message);
  return { inputs, settings, others };
}

function isAt(issue: Issue, place: string): boolean {
  return issue.field === place || issue.field.startsWith(`${place}.`) || issue.field.startsWith(`${place}[`);
}

/** A sentence for a place that shows no code. */
export function plain(sentence: string): string {
  return sentence.replaceAll("`", "");
}
