// What has not reached the engine yet, kept in the window's own storage: a killed engine or a closed tab loses nothing.

import { type DraftPlan, isObject, readDraft, readLayout, toDocument } from "./draft";
import type { Layout } from "../../../api/types";

export interface Unsaved {
  plan: DraftPlan;
  layout: Layout;
  /** The draft's revision that it was made on; null where there was no draft. */
  revision: number | null;
  atMs: number;
}

const nameOf = (planId: string) => `planloom.unsaved.${planId}`;

/** Tells this window's entry from that of another window, which this one must not take away. */
const owner = crypto.randomUUID();

/** False when there is no room for it; then only the engine can keep it. */
export function keepUnsaved(planId: string, { plan, layout, revision, atMs }: Unsaved): boolean {
  try {
    const entry = { owner, document: toDocument(plan), layout, revision, atMs };
    localStorage.setItem(nameOf(planId), JSON.stringify(entry));
    return true;
  } catch {
    return false;
  }
}

export function forgetUnsaved(planId: string): void {
  if (entryOf(planId)?.["owner"] === owner) localStorage.removeItem(nameOf(planId));
}

/** Takes over what a window that is gone has left. */
export function takeUnsaved(planId: string): Unsaved | null {
  const entry = entryOf(planId);
  if (!entry || !isObject(entry["document"])) return null;
  const { document, layout, revision, atMs } = entry;
  const unsaved: Unsaved = {
    plan: readDraft(document),
    layout: readLayout(layout),
    revision: typeof revision === "number" ? revision : null,
    atMs: typeof atMs === "number" ? atMs : 0,
  };
  keepUnsaved(planId, unsaved);
  return unsaved;
}

function entryOf(planId: string): Readonly<Record<string, unknown>> | null {
  try {
    const entry: unknown = JSON.parse(localStorage.getItem(nameOf(planId)) ?? "null");
    return isObject(entry) ? entry : null;
  } catch {
    return null;
  }
}
