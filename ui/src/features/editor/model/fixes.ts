// Fixes name steps by their place in the plan that was checked. While somebody goes on editing, places change.

import type { PatchOperation } from "../../../api/types";
import { type DraftPlan, isSame, toDocument } from "./draft";

/** The same operations for the plan as it is now; null when what they are about has gone or is not as it was. */
export function rebased(
  operations: readonly PatchOperation[],
  checked: DraftPlan,
  now: DraftPlan,
): PatchOperation[] | null {
  const result: PatchOperation[] = [];
  for (const operation of operations) {
    const path = rebasedPointer(operation.path, checked, now);
    const from = operation.from == null ? null : rebasedPointer(operation.from, checked, now);
    if (path === null || (operation.from != null && from === null)) return null;
    result.push({ ...operation, path, ...(from === null ? {} : { from }) });
  }
  return result;
}

const STEP = /^\/steps\/(\d+)(?:\/([^/]+))?/;

function rebasedPointer(pointer: string, checked: DraftPlan, now: DraftPlan): string | null {
  const match = STEP.exec(pointer);
  if (!match) return isUntouched(pointer, checked, now) ? pointer : null;
  const was = checked.steps[Number(match[1])];
  const at = now.steps.findIndex((step) => step.id === was?.id);
  const is = now.steps[at];
  if (!was || !is) return null;
  const field = match[2];
  if (field !== undefined && !isSame(fieldOf(was, field), fieldOf(is, field))) return null;
  return pointer.replace(/^\/steps\/\d+/, `/steps/${at}`);
}

function isUntouched(pointer: string, checked: DraftPlan, now: DraftPlan): boolean {
  const field = pointer.split("/")[1] ?? "";
  const { [field]: was } = toDocument({ ...checked, steps: [] });
  const { [field]: is } = toDocument({ ...now, steps: [] });
  return isSame(was, is);
}

function fieldOf(step: DraftPlan["steps"][number], field: string): unknown {
  return Reflect.get(step, field) ?? step.other?.[field];
}
