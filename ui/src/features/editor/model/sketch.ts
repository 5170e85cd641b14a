// What the canvas shows of the steps. Writing in a prompt changes its step at every key, but what the node shows of it
// only at the beginning; so the canvas is given as much as it can show, and the same objects while that stays the same.

import type { CanvasStep } from "../../../graph";
import type { DraftStep } from "./draft";

/** Two lines on a node hold less. */
const SHOWN_CHARACTERS = 160;

export interface Sketch {
  readonly steps: readonly CanvasStep[];
  readonly sources: readonly DraftStep[];
}

export function sketched(sources: readonly DraftStep[], previous: Sketch | null): Sketch {
  if (previous?.sources === sources) return previous;
  // Steps mostly stand where they stood; only where they do not, is the old one looked for.
  let byId: Map<string, CanvasStep> | null = null;
  let isSameList = previous?.steps.length === sources.length;
  const steps = sources.map((source, at) => {
    const there = previous?.steps[at];
    if (previous?.sources[at] === source && there) return there;
    byId ??= new Map(previous?.steps.map((step) => [step.id, step]));
    const old = byId.get(source.id);
    const next = sketchOf(source);
    const kept = old && looksSame(old, next) ? old : next;
    isSameList &&= kept === there;
    return kept;
  });
  return { steps: isSameList && previous ? previous.steps : steps, sources };
}

function sketchOf(step: DraftStep): CanvasStep {
  const { id, model, queue, dependsOn, condition, requiresApproval, retry, outputSchema, timeoutMs, maxTokens } = step;
  return {
    id,
    prompt: step.prompt.slice(0, SHOWN_CHARACTERS),
    model: model ?? null,
    queue: queue ?? null,
    dependsOn: dependsOn ? [...dependsOn] : null,
    condition: condition ?? null,
    requiresApproval: requiresApproval ?? null,
    retry: retry ? { maxAttempts: retry.maxAttempts ?? null, backoffMs: retry.backoffMs ?? null } : null,
    outputSchema: outputSchema ? { ...outputSchema } : null,
    timeoutMs: timeoutMs ?? null,
    maxTokens: maxTokens ?? null,
  };
}

function looksSame(one: CanvasStep, two: CanvasStep): boolean {
  return (
    one.prompt === two.prompt &&
    one.model === two.model &&
    one.queue === two.queue &&
    one.condition === two.condition &&
    one.requiresApproval === two.requiresApproval &&
    one.timeoutMs === two.timeoutMs &&
    one.maxTokens === two.maxTokens &&
    (one.outputSchema === null) === (two.outputSchema === null) &&
    one.retry?.maxAttempts === two.retry?.maxAttempts &&
    one.retry?.backoffMs === two.retry?.backoffMs &&
    (one.retry === null) === (two.retry === null) &&
    (one.dependsOn ?? []).join(" ") === (two.dependsOn ?? []).join(" ")
  );
}
