// The plan of an execution on the canvas, with what happens to each step.

import { useCallback, useMemo, useRef } from "react";

import { useAction } from "../../actions";
import { texts } from "../../api/streaming";
import type { Execution, Layout, Plan, StepView } from "../../api/types";
import { type CanvasHandle, PlanCanvas, type StreamingTexts } from "../../graph";
import type { Past } from "./estimate";
import { gistOf } from "./reading/blocks";

export function WatchCanvas({
  execution,
  plan,
  past,
  selected,
  onSelect,
  isFollowing,
}: {
  execution: Execution;
  plan: Plan;
  past: Past | null;
  selected: string | null;
  onSelect: (stepId: string | null) => void;
  isFollowing: boolean;
}) {
  const { id, steps, hitl } = execution;
  const canvas = useRef<CanvasHandle>(null);
  const selection = useMemo(() => new Set(selected === null ? [] : [selected]), [selected]);
  const select = useCallback(
    (ids: ReadonlySet<string>) => onSelect([...ids].findLast((one) => Object.hasOwn(steps ?? {}, one)) ?? null),
    [onSelect, steps],
  );
  const gists = useMemo(() => gistsOf(steps), [steps]);
  const asks = useMemo(() => new Set(hitl?.requiredFor ?? plan.hitl?.requiredFor ?? []), [hitl, plan.hitl]);
  const expected = useMemo(() => {
    const all = [...(past ?? [])].map(([stepId, { durationMs, cost, tokens }]) => [
      stepId,
      { durationMs, cost, tokens },
    ]);
    return past === null ? undefined : Object.fromEntries(all);
  }, [past]);
  const streaming = useMemo(
    (): StreamingTexts => ({
      read: (stepId) => texts.read(id, stepId)?.text ?? null,
      watch: (stepId, watcher) => texts.watch(id, stepId, watcher),
    }),
    [id],
  );
  const layout = useMemo(() => layoutOf(plan), [plan]);
  useAction("canvas.fit", () => canvas.current?.fit());
  useAction("canvas.fitSelection", () => canvas.current?.fitSelection());
  return (
    <PlanCanvas
      ref={canvas}
      mode="watch"
      steps={plan.steps}
      layout={layout}
      selection={selection}
      onSelect={select}
      defaultModel={plan.defaults?.model ?? "sonnet"}
      asks={asks}
      views={steps}
      gists={gists}
      expected={expected}
      texts={streaming}
      threshold={hitl?.confidenceThreshold ?? plan.hitl?.confidenceThreshold ?? null}
      isSimulated={execution.simulated === true}
      focusStep={isFollowing ? selected : null}
    />
  );
}

/** Beginnings of the outputs. Each is made once for each view of a step, because a frame changes only some of them. */
function gistsOf(steps: Execution["steps"]): Record<string, string> {
  const gists: Record<string, string> = {};
  for (const [stepId, view] of Object.entries(steps ?? {})) {
    const text = view.output ?? view.draft;
    if (text === undefined || text === "") continue;
    const gist = madeGists.get(view) ?? gistOf(text);
    madeGists.set(view, gist);
    gists[stepId] = gist;
  }
  return gists;
}

const madeGists = new WeakMap<StepView, string>();

/** The places that the plan's steps have now; an older version may have steps without one. */
function layoutOf(plan: Plan): Layout {
  // The server keeps what the canvas wrote, letter for letter.
  const kept = (plan.layout ?? {}) as Partial<Layout>;
  return { nodes: kept.nodes ?? {}, notes: kept.notes ?? [] };
}
