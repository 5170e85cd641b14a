// The head of the editor: which plan and version, how it is with saving, and what can be done with the whole of it.

import { Link } from "@tanstack/react-router";
import { CloudOff, Ellipsis, PanelRight, Play, Redo2, Undo2 } from "lucide-react";
import { useTranslation } from "react-i18next";

import { keysOf, useOffer, useRegistry } from "../../actions";
import { Banner } from "../../components/Banner";
import { Button } from "../../components/Button";
import { Chip } from "../../components/Chip";
import { timeOfDay } from "../../components/format";
import { Icon } from "../../components/Icon";
import { IconButton } from "../../components/IconButton";
import { Menu } from "../../components/Menu";
import { HeaderLine, PageHeader } from "../../components/PageHeader";
import { Tooltip } from "../../components/Tooltip";
import styles from "./Header.module.css";
import { Publish } from "./HeaderPublish";
import type { Editing, EditingView } from "./model/editing";
import type { Editor, Saved } from "./useEditor";
import { useWholePlan } from "./useEditorWholePlan";

interface HeaderProps {
  editor: Editor;
  editing: Editing;
  view: EditingView;
  archivedWhyNot: string | undefined;
  /** Shows the panel, where it is hidden. */
  onPanel: (() => void) | undefined;
}

export function EditorHeader({ editor, editing, view, archivedWhyNot, onPanel }: HeaderProps) {
  const { t } = useTranslation("editor");
  const { plan, version, undoName, redoName } = editor;
  const whole = useWholePlan(editor, editing, view);
  return (
    <div>
      <PageHeader
        crumbs={[
          <Link key="plans" to="/plans">
            {t("header.plans")}
          </Link>,
        ]}
        title={plan.name === "" ? t("header.unnamed") : plan.name}
        state={
          <>
            <Chip isMono>{t("header.version", { version })}</Chip>
            {!isBad(view.saved) && <SavedWords saved={view.saved} isDirty={view.isDirty} />}
          </>
        }
        actions={
          <>
            {isBad(view.saved) && <NotSaved saved={view.saved} />}
            <IconButton
              name={undoName === null ? t("header.nothingToUndo") : t("header.undo", { act: undoName })}
              whyNot={undoName === null ? t("header.nothingToUndo") : null}
              icon={Undo2}
              keys={keysOf("edit.undo")}
              onClick={editor.undo}
            />
            <IconButton
              name={redoName === null ? t("header.nothingToRedo") : t("header.redo", { act: redoName })}
              whyNot={redoName === null ? t("header.nothingToRedo") : null}
              icon={Redo2}
              keys={keysOf("edit.redo")}
              onClick={editor.redo}
            />
            <Menu trigger={<IconButton name={t("header.more")} icon={Ellipsis} />} items={whole.items} />
            <HeaderLine />
            <Publish editor={editor} editing={editing} archivedWhyNot={archivedWhyNot} />
            <RunButton />
            {onPanel && <IconButton name={t("header.panel")} icon={PanelRight} onClick={onPanel} />}
          </>
        }
      />
      {whole.failed !== null && (
        <div className={styles.failed}>
          <Banner kind="error">{whole.failed}</Banner>
        </div>
      )}
    </div>
  );
}

function RunButton() {
  const { t } = useTranslation("editor");
  const registry = useRegistry();
  const offer = useOffer("plan.run");
  return (
    <Button
      variant="primary"
      icon={Play}
      keys={keysOf("plan.run")}
      whyNot={offer?.whyNot}
      onClick={() => registry.perform("plan.run")}
    >
      {t("header.run")}
    </Button>
  );
}

function isBad({ state }: Saved): boolean {
  return state === "failed" || state === "conflict";
}

function SavedWords({ saved, isDirty }: { saved: Saved; isDirty: boolean }) {
  return <span className={styles.saved}>{useSavedWords(saved, isDirty)}</span>;
}

/** Stands where nothing gives way to a long name; in a narrow window the icon says it, and its name. */
function NotSaved({ saved }: { saved: Saved }) {
  const words = useSavedWords(saved, true);
  return (
    <Tooltip text={words}>
      <span className={styles.notSaved} role="alert">
        <Icon icon={CloudOff} />
        <span className={styles.word}>{words}</span>
      </span>
    </Tooltip>
  );
}

function useSavedWords({ state, atMs }: Saved, isDirty: boolean): string {
  const { t } = useTranslation("editor");
  switch (state) {
    case "saved":
      if (!isDirty) return t("saved.none");
      return atMs === undefined ? t("saved.draftNow") : t("saved.draft", { time: timeOfDay(atMs) });
    // Between two saves of half a second nothing flickers: the last one is still true.
    case "waiting":
    case "saving":
      return atMs === undefined ? t(`saved.${state}`) : t("saved.draft", { time: timeOfDay(atMs) });
    case "failed":
      return t("saved.failed");
    case "conflict":
      return t("saved.conflict");
    default:
      return never(state);
  }
}

function never(state: never): never {
  throw new Error(`Unknown state ${String(state)}`);
}
