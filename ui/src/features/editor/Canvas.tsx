// The plan on the canvas. It is drawn after what is typed has been shown, and only when what it shows has changed.

import { type Ref, useDeferredValue, useEffect, useMemo, useState } from "react";

import type { Problem } from "../../api/types";
import { recall, remember } from "../../appearance/remembered";
import {
  type CanvasEdits,
  type CanvasHandle,
  type CanvasView,
  NOTE_HEIGHT,
  NOTE_WIDTH,
  PlanCanvas,
  type StepProblem,
} from "../../graph";
import { type DraftStep, freeId, isObject } from "./model/draft";
import type { Editing } from "./model/editing";
import { type Sketch, sketched } from "./model/sketch";
import { FirstRun } from "./run/FirstRun";
import type { Editor } from "./useEditor";
import type { EditActs } from "./useEditorActions";

/** A canvas of more steps is drawn again only when writing rests. */
const LARGE = 200;
const REST_MS = 300;

interface CanvasProps {
  ref: Ref<CanvasHandle>;
  editor: Editor;
  editing: Editing;
  acts: EditActs;
  onFind: () => void;
}

export function EditorCanvas({ ref, editor, editing, acts, onFind }: CanvasProps) {
  const { plan, layout, selection, select, problems, preview, selectedSteps, planId } = editor;
  const { isWriting } = editing.view();
  const waitMs = isWriting && plan.steps.length > LARGE ? REST_MS : 0;
  const steps = useDeferredValue(useRested(useSketch(plan.steps), waitMs));
  const worst = useDeferredValue(useMemo(() => worstByStep(problems), [problems]));
  const edits = useCanvasEdits({ editor, editing, acts, onFind });
  const required = plan.hitl?.requiredFor;
  const asks = useMemo(() => new Set(required), [required]);
  const [only] = selectedSteps;
  const shown = useMemo(
    () => (preview !== null && only !== undefined && selectedSteps.length === 1 ? { from: preview, to: only } : null),
    [preview, only, selectedSteps.length],
  );
  const camera = useMemo(() => {
    const name = `editor.camera.${planId}`;
    return { last: recall(name, isView) ?? undefined, keep: (view: CanvasView) => remember(name, view) };
  }, [planId]);
  return (
    <PlanCanvas
      ref={ref}
      mode="edit"
      steps={steps}
      layout={layout}
      selection={selection}
      onSelect={select}
      onOpen={editor.focusPrompt}
      edits={edits}
      problems={worst}
      defaultModel={plan.defaults?.model}
      asks={asks}
      preview={shown}
      view={camera.last}
      onView={camera.keep}
    >
      <FirstRun />
    </PlanCanvas>
  );
}

function isView(kept: unknown): kept is CanvasView {
  return isObject(kept) && ["x", "y", "zoom"].every((key) => Number.isFinite(kept[key]));
}

/** The same steps as long as the canvas would look the same. */
function useSketch(steps: readonly DraftStep[]): Sketch["steps"] {
  const [keeper] = useState(() => {
    let last: Sketch | null = null;
    return (next: readonly DraftStep[]) => {
      last = sketched(next, last);
      return last.steps;
    };
  });
  return useMemo(() => keeper(steps), [keeper, steps]);
}

/** The value, once it has not changed for so long; at once where there is nothing to wait for. */
function useRested<T>(value: T, waitMs: number): T {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setRested(() => value), waitMs);
    return () => clearTimeout(timer);
  }, [value, waitMs]);
  return waitMs === 0 ? value : rested;
}

function worstByStep(problems: readonly Problem[]): ReadonlyMap<string, StepProblem> {
  const worst = new Map<string, StepProblem>();
  for (const { stepId, severity, message } of problems) {
    if (stepId == null) continue;
    const known = worst.get(stepId);
    if (!known || (known.severity === "warning" && severity === "error")) {
      worst.set(stepId, { severity, sentence: message.replaceAll("`", "") });
    }
  }
  return worst;
}

type EditsProps = Pick<CanvasProps, "editor" | "editing" | "acts" | "onFind">;

function useCanvasEdits({ editor, editing, acts, onFind }: EditsProps): CanvasEdits {
  const { select, focusId } = editor;
  return useMemo(
    (): CanvasEdits => ({
      onConnect: (from, to) => void editing.perform({ kind: "connect", from, to }),
      onDisconnect: (from, to) => void editing.perform({ kind: "disconnect", from, to }),
      onMove: (positions) => void editing.perform({ kind: "moveItems", positions }),
      onLayout: (positions) => void editing.perform({ kind: "layoutAll", positions }),
      onDelete: acts.remove,
      onAddAt(x, y, from, to) {
        const { steps } = editing.view().document.plan;
        const taken = new Set(steps.map((step) => step.id));
        const id = freeId("step", (other) => taken.has(other));
        const ends = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
        if (!editing.perform({ kind: "addStep", id, position: { x, y }, ...ends })) return;
        select([id]);
        focusId();
      },
      onDuplicate: acts.duplicate,
      onAddNote(x, y) {
        // A colon is in no step's id, so a note is never taken for one.
        const id = `note:${crypto.randomUUID()}`;
        const note = { id, x, y, width: NOTE_WIDTH, height: NOTE_HEIGHT, text: "" };
        if (editing.perform({ kind: "addNote", note })) editing.select([id]);
      },
      onNote: (id, change) => void editing.perform({ kind: "changeNote", id, change }),
      onFind,
    }),
    [editing, select, focusId, acts, onFind],
  );
}
