// Which step the drawer goes to while it follows an execution. Pure.

import type { StepView } from "../../api/types";

/**
 * The step to look at: the present one for as long as it runs, else the one that has run longest, else one that waits
 * for a person; null when nothing happens.
 */
export function followedStep(steps: Readonly<Record<string, StepView>>, present: string | null): string | null {
  if (present !== null && steps[present]?.status === "running") return present;
  let running: { id: string; startedAt: string } | null = null;
  let awaiting: string | null = null;
  for (const [id, { status, startedAt = "" }] of Object.entries(steps)) {
    if (status === "running" && (running === null || startedAt < running.startedAt)) running = { id, startedAt };
    if (status === "awaiting_approval") awaiting ??= id;
  }
  if (running !== null) return running.id;
  if (present !== null && steps[present]?.status === "awaiting_approval") return present;
  return awaiting;
}
