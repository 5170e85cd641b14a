// The editor: header, canvas with the problems below it, and the panel at the right.

import { SquarePlus } from "lucide-react";
import { useCallback, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { keysOf, useAction, useRegistry } from "../../actions";
import { Button } from "../../components/Button";
import { EmptyState } from "../../components/EmptyState";
import { Pane, Panes, ResizeEdge } from "../../components/Panes";
import type { CanvasHandle } from "../../graph";
import { EditorCanvas } from "./Canvas";
import { FindStep } from "./CanvasFind";
import type { Opened } from "./editorDoor";
import { EditorBanners } from "./EditorPageBanners";
import { EditorPanel } from "./EditorPagePanel";
import styles from "./EditorPage.module.css";
import { EditorHeader } from "./Header";
import { Problems } from "./Problems";
import { useArchived } from "./useEditorArchived";
import { useClipboard } from "./useEditorClipboard";
import { useEditActions } from "./useEditorActions";
import { EditorContext } from "./useEditor";
import { useEditorState } from "./useEditorState";
import { useEditorTabs } from "./useEditorTabs";
import { useMedia } from "../../components/useMedia";

const PANEL_PX = 352;

export function EditorPageView({ planId, start }: { planId: string; start: Opened }) {
  const { t } = useTranslation("editor");
  const { editor: state, editing, view } = useEditorState(planId, start);
  const tabs = useEditorTabs(view.selection.size > 0);
  const { choose } = tabs;
  const editor = useMemo(() => {
    // Who selects something wants to see it, whatever tab was open.
    const select = (ids: Iterable<string>) => {
      const chosen = [...ids];
      state.select(chosen);
      if (chosen.length > 0) choose(null);
    };
    const focusPrompt = () => {
      choose(null);
      state.focusPrompt();
    };
    return { ...state, select, focusPrompt };
  }, [state, choose]);
  const canvas = useRef<CanvasHandle>(null);
  const [isFinding, setFinding] = useState(false);
  const archived = useArchived(planId, start.archivedAt);
  const acts = useEditActions(editor, editing);
  const clipboard = useClipboard(editor, editing, canvas);
  const isNarrow = useMedia("(max-width: 1100px)");
  const goTo = (stepId: string) => {
    editor.select([stepId]);
    canvas.current?.goTo(stepId);
  };
  const find = useCallback(() => setFinding(true), []);
  const openRun = () => choose("run");

  const isPanelOpen = tabs.isChosen || view.selection.size > 0;
  const drawing = (
    <div className={styles.drawing} data-covered={(isNarrow && isPanelOpen) || undefined}>
      <div className={styles.canvas}>
        <EditorCanvas ref={canvas} editor={editor} editing={editing} acts={acts} onFind={find} />
        {editor.plan.steps.length === 0 && <NoSteps />}
      </div>
      <Problems editor={editor} onGoTo={goTo} />
    </div>
  );
  const panel = <EditorPanel tabs={tabs} acts={acts} clipboard={clipboard} isOver={isNarrow} />;
  return (
    <EditorContext value={editor}>
      <div className={styles.page}>
        {tabs.tab !== "run" && <OfferRun perform={openRun} whyNot={archived.whyNot} />}
        <EditorHeader
          editor={editor}
          editing={editing}
          view={view}
          archivedWhyNot={archived.whyNot}
          onPanel={isNarrow && !isPanelOpen ? () => choose("plan") : undefined}
        />
        <EditorBanners editing={editing} view={view} archived={archived} />
        <div className={styles.body}>
          {isNarrow ? (
            <>
              {drawing}
              {isPanelOpen && <div className={styles.over}>{panel}</div>}
            </>
          ) : (
            <Panes name="editor" paneIds={["canvas", "panel"]}>
              <Pane id="canvas" minSize={360}>
                {drawing}
              </Pane>
              <ResizeEdge label={t("panel.resize")} />
              <Pane id="panel" size={PANEL_PX} minSize={304} maxSize={640}>
                {panel}
              </Pane>
            </Panes>
          )}
        </div>
      </div>
      <FindStep isOpen={isFinding} onOpenChange={setFinding} plan={editor.plan} onGoTo={goTo} />
    </EditorContext>
  );
}

/** The canvas of a plan without steps says how to begin; what lies under it can still be clicked. */
function NoSteps() {
  const { t } = useTranslation("editor");
  const { t: action } = useTranslation("actions");
  const registry = useRegistry();
  return (
    <div className={styles.noSteps}>
      <EmptyState
        isInline
        title={t("noSteps.title")}
        text={t("noSteps.text")}
        action={
          <Button icon={SquarePlus} keys={keysOf("step.add")} onClick={() => registry.perform("step.add")}>
            {action("step.add")}
          </Button>
        }
      />
    </div>
  );
}

/** While the tab Run is closed, running means to open it; once it is open, it runs by itself. */
function OfferRun({ perform, whyNot }: { perform: () => void; whyNot: string | undefined }) {
  useAction("plan.run", perform, whyNot);
  return null;
}
