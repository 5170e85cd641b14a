// The last inputs of each plan. In this window all of them; over a restart what is not too large, until “Forget”.

import { EMPTY_FORM, type RunForm } from "./form";
import type { Entry } from "./values";

/** More is not kept over a restart: what browsers keep for a page is some megabytes in all. */
export const MOST_BYTES = 1_000_000;

const inThisWindow = new Map<string, RunForm>();

const place = (planId: string) => `planloom.inputs.${planId}`;

/** Null where nothing has been entered yet. */
export function recallForm(planId: string): RunForm | null {
  const here = inThisWindow.get(planId);
  if (here) return here;
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(place(planId)) ?? "null");
    return isRecord(kept) ? readForm(kept) : null;
  } catch {
    return null;
  }
}

/** Keeps it in this window. */
export function holdForm(planId: string, form: RunForm): void {
  inThisWindow.set(planId, form);
}

/** Keeps it over a restart, without the inputs that are too large for that, the largest first. */
export function keepForm(planId: string, form: RunForm): void {
  const entries = Object.entries(form.entries).sort(([, a], [, b]) => a.text.length - b.text.length);
  for (let count = entries.length; count >= 0; count -= 1) {
    const kept = JSON.stringify({ ...form, entries: Object.fromEntries(entries.slice(0, count)) });
    if (kept.length > MOST_BYTES) continue;
    try {
      localStorage.setItem(place(planId), kept);
      return;
    } catch {
      // The browser's room is used up; fewer inputs may fit.
    }
  }
}

export function forgetForm(planId: string): void {
  inThisWindow.delete(planId);
  localStorage.removeItem(place(planId));
}

/** What an older version kept, or somebody changed, is read with care. */
function readForm(kept: Record<string, unknown>): RunForm {
  const entries: Record<string, Entry> = {};
  for (const [name, entry] of Object.entries(isRecord(kept["entries"]) ? kept["entries"] : {})) {
    if (!isRecord(entry) || typeof entry["text"] !== "string") continue;
    const { file } = entry;
    const isFile = isRecord(file) && typeof file["name"] === "string" && typeof file["bytes"] === "number";
    entries[name] = {
      text: entry["text"],
      ...(isFile ? { file: { name: String(file["name"]), bytes: Number(file["bytes"]) } } : {}),
    };
  }
  const { budgetUsd, threshold, requiredFor, reviewTimeoutMs, onTimeout, timeoutMs, simulate } = kept;
  return {
    ...EMPTY_FORM,
    entries,
    budgetUsd: numberOrNull(budgetUsd) ?? null,
    timeoutMs: numberOrNull(timeoutMs) ?? null,
    requiredFor: Array.isArray(requiredFor) ? requiredFor.filter((id) => typeof id === "string") : [],
    ...present("threshold", numberOrNull(threshold)),
    ...present("reviewTimeoutMs", numberOrNull(reviewTimeoutMs)),
    ...(onTimeout === "hold" || onTimeout === "reject" || onTimeout === "approve" ? { onTimeout } : {}),
    ...(typeof simulate === "boolean" ? { simulate } : {}),
  };
}

function numberOrNull(value: unknown): number | null | undefined {
  return typeof value === "number" || value === null ? value : undefined;
}

function present<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  const found: { [P in K]?: V } = {};
  if (value !== undefined) found[key] = value;
  return found;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
