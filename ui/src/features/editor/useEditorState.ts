// Puts the model under React: one `Editing` for as long as the page is open, the selection also in the address.

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";

import { useConnection } from "../../api/LiveContext";
import { modelsQuery, queuesQuery } from "../../api/queries";
import type { Lane, Model, Problem } from "../../api/types";
import { editorDoor, leave } from "./editorDoor";
import { Editing, type EditingView, type Start } from "./model/editing";
import type { Edit } from "./model/edits";
import { useActWords } from "./useActWords";
import type { Editor } from "./useEditor";

const route = getRouteApi("/plans/$planId");

const NO_PROBLEMS: readonly Problem[] = [];
const NO_MODELS: readonly Model[] = [];
const NO_LANES: readonly Lane[] = [];

export interface EditorState {
  editor: Editor;
  editing: Editing;
  view: EditingView;
}

export function useEditorState(planId: string, start: Start): EditorState {
  const queries = useQueryClient();
  const { step } = route.useSearch();
  const [editing] = useState(() => {
    const opened = new Editing(editorDoor(planId, queries), start);
    select(opened, step);
    return opened;
  });
  const view = useSyncExternalStore(editing.subscribe, editing.view);
  useLife(planId, editing);
  useSelectionInAddress(editing, view);
  const { data: models } = useQuery(modelsQuery);
  const { data: queues } = useQuery(queuesQuery);
  const focus = useFocusRequests();
  const { undoAct, redoAct, selection, document, problems } = view;
  const words = useActWords();
  const byStep = useMemo(() => problemsByStep(problems), [problems]);
  const selectedSteps = useMemo(
    () => document.plan.steps.filter((one) => selection.has(one.id)).map((one) => one.id),
    [document.plan.steps, selection],
  );
  const perform = useCallback((edit: Edit) => void editing.perform(edit), [editing]);
  const editor = useMemo<Editor>(
    () => ({
      planId,
      version: view.version,
      plan: document.plan,
      layout: document.layout,
      problems,
      problemsOf: (stepId) => byStep.get(stepId) ?? NO_PROBLEMS,
      selection,
      selectedSteps,
      select: editing.select,
      perform,
      undo: editing.undo,
      redo: editing.redo,
      undoName: undoAct && words(undoAct),
      redoName: redoAct && words(redoAct),
      models: models?.items ?? NO_MODELS,
      queues: queues?.items ?? NO_LANES,
      saved: view.saved,
      isDirty: view.isDirty,
      publish: editing.publish,
      ...focus,
    }),
    [
      planId,
      view,
      document,
      problems,
      byStep,
      selection,
      selectedSteps,
      editing,
      perform,
      undoAct,
      redoAct,
      words,
      models,
      queues,
      focus,
    ],
  );
  return { editor, editing, view };
}

/** Saves when the window is left, and again when the engine is back. */
function useLife(planId: string, editing: Editing): void {
  const connection = useConnection();
  useEffect(() => {
    editing.open();
    const flush = () => void editing.flush();
    const onVisibility = () => document.hidden && flush();
    window.addEventListener("blur", flush);
    window.addEventListener("pagehide", editing.keepNow);
    document.addEventListener("visibilitychange", onVisibility);
    return () => {
      window.removeEventListener("blur", flush);
      window.removeEventListener("pagehide", editing.keepNow);
      document.removeEventListener("visibilitychange", onVisibility);
      leave(planId, editing.end());
    };
  }, [planId, editing]);
  useEffect(() => {
    if (connection.state === "open") editing.retry();
  }, [connection.state, editing]);
}

/** One selected step stands in the address; an address that names another one selects it. */
function useSelectionInAddress(editing: Editing, view: EditingView): void {
  const { step } = route.useSearch();
  const navigate = route.useNavigate();
  const selected = onlyStep(view);
  const seen = useRef(step);
  /** What was written into the address and has not come back yet. */
  const pending = useRef<(string | undefined)[]>([]);
  useEffect(() => {
    if (step === seen.current) return;
    seen.current = step;
    const at = pending.current.indexOf(step);
    pending.current.splice(0, at + 1);
    // Otherwise the address has changed by itself: back, forward, the palette.
    if (at < 0) select(editing, step);
  }, [step, editing]);
  useEffect(() => {
    const last = pending.current.length > 0 ? pending.current.at(-1) : seen.current;
    if (selected === last) return;
    pending.current.push(selected);
    void navigate({
      search: ({ step: _step, ...rest }) => (selected === undefined ? rest : { ...rest, step: selected }),
      replace: true,
    });
  }, [selected, navigate]);
}

function select(editing: Editing, step: string | undefined): void {
  const isThere = editing.view().document.plan.steps.some(({ id }) => id === step);
  editing.select(step !== undefined && isThere ? [step] : []);
}

function onlyStep({ selection, document }: EditingView): string | undefined {
  const [only, ...others] = selection;
  return others.length === 0 && document.plan.steps.some(({ id }) => id === only) ? only : undefined;
}

function useFocusRequests() {
  const [promptFocus, setPromptFocus] = useState(0);
  const [idFocus, setIdFocus] = useState(0);
  const [preview, previewConnection] = useState<string | null>(null);
  const focusPrompt = useCallback(() => setPromptFocus((count) => count + 1), []);
  const focusId = useCallback(() => setIdFocus((count) => count + 1), []);
  return useMemo(
    () => ({ promptFocus, focusPrompt, idFocus, focusId, preview, previewConnection }),
    [promptFocus, focusPrompt, idFocus, focusId, preview],
  );
}

function problemsByStep(problems: readonly Problem[]): Map<string, Problem[]> {
  const byStep = new Map<string, Problem[]>();
  for (const problem of problems) {
    if (problem.stepId == null) continue;
    const those = byStep.get(problem.stepId);
    if (those) those.push(problem);
    else byStep.set(problem.stepId, [problem]);
  }
  return byStep;
}
