// Steps through the clipboard as JSON, between plans and windows too.
//
// Ctrl V is left to the browser, whose paste event brings the text without asking for leave; the menu and the palette
// have to ask.

import { type RefObject, useCallback, useEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";

import { isMac, isTyping, useAction } from "../../actions";
import { toast } from "../../components/toasts";
import type { CanvasHandle } from "../../graph";
import { readSteps, writeSteps } from "./model/clipboard";
import { copyIds } from "./model/copies";
import type { Editing } from "./model/editing";
import type { Editor } from "./useEditor";

export interface Clipboard {
  copy: () => void;
  cut: () => void;
  paste: () => void;
}

export function useClipboard(
  { select, selectedSteps }: Editor,
  editing: Editing,
  canvas: RefObject<CanvasHandle | null>,
): Clipboard {
  const { t } = useTranslation("editor");
  const take = useCallback(
    (text: string) => {
      const copied = readSteps(text);
      if (!copied) {
        toast(t("clipboard.noSteps"));
        return;
      }
      const { plan, layout } = editing.view().document;
      const names = copyIds(plan, copied.steps);
      // In their own plan they come a little beside the originals, in another one where one is looking.
      const isHome = copied.steps.some((step) => Object.hasOwn(layout.nodes, step.id));
      const at = isHome ? undefined : canvas.current?.freePlace();
      const edit = { kind: "pasteSteps", steps: copied.steps, positions: copied.positions } as const;
      if (editing.perform(at === undefined ? edit : { ...edit, at })) select(names.values());
    },
    [canvas, editing, select, t],
  );
  const put = useCallback(async (): Promise<boolean> => {
    const { document, selection } = editing.view();
    try {
      await navigator.clipboard.writeText(writeSteps(document.plan, document.layout, selection));
      return true;
    } catch {
      toast(t("clipboard.unwritable"));
      return false;
    }
  }, [editing, t]);
  const clipboard = useMemo(
    (): Clipboard => ({
      copy: () => void put().then((isPut) => isPut && toast(t("clipboard.copied", { count: stepsIn(editing).length }))),
      cut: () => {
        const steps = stepsIn(editing);
        void put().then((isPut) => isPut && editing.perform({ kind: "removeSteps", ids: steps }));
      },
      paste: () => {
        const keys = isMac ? "⌘V" : "Ctrl V";
        navigator.clipboard.readText().then(take, () => toast(t("clipboard.unreadable", { keys })));
      },
    }),
    [editing, put, t, take],
  );
  usePasteEvent(take);
  const noSteps = selectedSteps.length === 0 ? t("whyNot.noStepSelected") : undefined;
  useAction("edit.copy", clipboard.copy, noSteps);
  useAction("edit.cut", clipboard.cut, noSteps);
  useAction("edit.paste", clipboard.paste);
  return clipboard;
}

function stepsIn(editing: Editing): string[] {
  const { document, selection } = editing.view();
  return document.plan.steps.filter((step) => selection.has(step.id)).map((step) => step.id);
}

function usePasteEvent(take: (text: string) => void): void {
  useEffect(() => {
    const isElsewhere = (event: Event) => isTyping(event.target) || document.querySelector("[role=dialog]") !== null;
    // The keys of the whole window would take the press and with it the paste event.
    const onKeyDown = (event: KeyboardEvent) => {
      const isPaste = (isMac ? event.metaKey : event.ctrlKey) && !event.shiftKey && !event.altKey && event.key === "v";
      if (isPaste && !isElsewhere(event)) event.stopPropagation();
    };
    const onPaste = (event: ClipboardEvent) => {
      if (isElsewhere(event)) return;
      event.preventDefault();
      take(event.clipboardData?.getData("text/plain") ?? "");
    };
    document.addEventListener("keydown", onKeyDown, true);
    document.addEventListener("paste", onPaste);
    return () => {
      document.removeEventListener("keydown", onKeyDown, true);
      document.removeEventListener("paste", onPaste);
    };
  }, [take]);
}
