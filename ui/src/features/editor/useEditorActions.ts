// What the keys and menus do to the plan, wherever on the page the focus is.

import { useCallback, useMemo } from "react";
import { useTranslation } from "react-i18next";

import { useAction } from "../../actions";
import { locale } from "../../components/format";
import { currentToast, dismissToast, toast } from "../../components/toasts";
import { copyIds } from "./model/copies";
import type { Editing } from "./model/editing";
import type { Edit, Positions } from "./model/edits";
import { referringTo } from "./model/references";
import type { Editor } from "./useEditor";

export interface EditActs {
  /** Steps and notes. */
  remove: (ids: readonly string[]) => void;
  duplicate: (ids: readonly string[], positions?: Positions) => void;
}

export function useEditActions(editor: Editor, editing: Editing): EditActs {
  const { t } = useTranslation("editor");
  const { select } = editor;
  const deletedWords = useDeletedWords();

  const remove = useCallback(
    (ids: readonly string[]) => {
      const { plan, layout } = editing.view().document;
      const wanted = new Set(ids);
      const steps = plan.steps.filter((step) => wanted.has(step.id)).map((step) => step.id);
      const notes = layout.notes.filter((note) => wanted.has(note.id)).map((note) => note.id);
      const referring = steps.length > 0 ? referringTo(plan, new Set(steps)) : [];
      if (!perform(editing, { kind: "removeItems", steps, notes })) return;
      undoable(editing, deletedWords(steps, notes, referring));
    },
    [editing, deletedWords],
  );
  const duplicate = useCallback(
    (ids: readonly string[], positions?: Positions) => {
      const { plan } = editing.view().document;
      const wanted = new Set(ids);
      const steps = plan.steps.filter((step) => wanted.has(step.id));
      const names = copyIds(plan, steps);
      const edit: Edit = {
        kind: "duplicateSteps",
        ids: steps.map((step) => step.id),
        ...(positions ? { positions } : {}),
      };
      if (perform(editing, edit)) select(names.values());
    },
    [editing, select],
  );

  const { plan, layout, selection, selectedSteps } = editor;
  const noSteps = selectedSteps.length === 0 ? t("whyNot.noStepSelected") : undefined;
  const nothing = selection.size === 0 ? t("whyNot.nothingSelected") : undefined;
  useAction("edit.undo", editor.undo, editor.undoName === null ? t("header.nothingToUndo") : undefined);
  useAction("edit.redo", editor.redo, editor.redoName === null ? t("header.nothingToRedo") : undefined);
  useAction("edit.delete", () => remove([...selection]), nothing);
  useAction("edit.duplicate", () => duplicate(selectedSteps), noSteps);
  useAction("edit.selectAll", () => select([...plan.steps, ...layout.notes].map((item) => item.id)));
  useAction("step.editPrompt", editor.focusPrompt, selectedSteps.length === 1 ? undefined : t("whyNot.oneStep"));
  return useMemo(() => ({ remove, duplicate }), [remove, duplicate]);
}

function perform(editing: Editing, edit: Edit): boolean {
  return editing.perform(edit);
}

/** Says what was done; its Undo is there for as long as the act is the last one. */
export function undoable(editing: Editing, text: string): void {
  const { document } = editing.view();
  toast(text, { keys: "Mod+Z", perform: editing.undo });
  const shown = currentToast()?.id;
  const end = editing.subscribe(() => {
    if (editing.view().document === document && currentToast()?.id === shown) return;
    end();
    dismissToast(shown);
  });
}

/** Two ids are named, the rest is counted. */
const NAMED = 2;

function useDeletedWords() {
  const { t } = useTranslation("editor");
  return useCallback(
    (steps: readonly string[], notes: readonly string[], referring: readonly string[]): string => {
      const [only] = steps;
      const deleted =
        steps.length > 0 && notes.length > 0
          ? t("deleted.items", { count: steps.length + notes.length })
          : notes.length > 0
            ? t("deleted.notes", { count: notes.length })
            : steps.length === 1 && only !== undefined
              ? t("deleted.step", { id: only })
              : t("deleted.steps", { count: steps.length });
      if (referring.length === 0) return deleted;
      const named = referring.slice(0, NAMED);
      const rest = referring.length - NAMED;
      const all = new Intl.ListFormat(locale(), { type: "conjunction" }).format(named);
      const ids = rest > 0 ? t("deleted.more", { ids: named.join(", "), count: rest }) : all;
      return t(referring.length === 1 ? "deleted.referringOne" : "deleted.referring", { deleted, ids });
    },
    [t],
  );
}
