// The panel at the right: the selected step or steps, the plan, and the run.

import { Copy, CopyPlus, Ellipsis, Scissors, Trash2, X } from "lucide-react";
import { lazy, Suspense, useEffect } from "react";
import { useTranslation } from "react-i18next";

import { keysOf } from "../../actions";
import { Button } from "../../components/Button";
import { IconButton } from "../../components/IconButton";
import { Menu, type MenuItem } from "../../components/Menu";
import { TabPanel, Tabs } from "../../components/Tabs";
import styles from "./EditorPage.module.css";
import { RunPanel } from "./run/RunPanel";
import { useEditor } from "./useEditor";
import type { EditActs } from "./useEditorActions";
import type { Clipboard } from "./useEditorClipboard";
import type { EditorTab, EditorTabs } from "./useEditorTabs";

// The fields stand on a text editor that the first picture of a plan does not need; they come as soon as it is drawn.
const inspectors = () => import("./inspector");
const PlanInspector = lazy(() => inspectors().then((all) => ({ default: all.PlanInspector })));
const SharedInspector = lazy(() => inspectors().then((all) => ({ default: all.SharedInspector })));
const StepInspector = lazy(() => inspectors().then((all) => ({ default: all.StepInspector })));

interface PanelProps {
  tabs: EditorTabs;
  acts: EditActs;
  clipboard: Clipboard;
  /** It lies over the canvas and can be closed. */
  isOver: boolean;
}

export function EditorPanel({ tabs, acts, clipboard, isOver }: PanelProps) {
  const { t } = useTranslation("editor");
  const { selectedSteps, select } = useEditor();
  const hasSteps = selectedSteps.length > 0;
  useEffect(() => void inspectors(), []);
  const close = () => {
    tabs.choose(null);
    select([]);
  };
  const tab: EditorTab = tabs.tab === "step" && !hasSteps ? "plan" : tabs.tab;
  return (
    <Tabs
      className={styles.panel}
      label={t("panel.label")}
      value={tab}
      onChange={tabs.choose}
      tabs={[
        { value: "step", label: t("panel.step"), disabled: !hasSteps },
        { value: "plan", label: t("panel.plan") },
        { value: "run", label: t("panel.run") },
      ]}
      end={
        <>
          <SelectionMenu acts={acts} clipboard={clipboard} />
          {isOver && <IconButton name={t("panel.close")} icon={X} onClick={close} />}
        </>
      }
    >
      <TabPanel value="step" className={styles.tab}>
        <Suspense>
          <Selected ids={selectedSteps} acts={acts} />
        </Suspense>
      </TabPanel>
      <TabPanel value="plan" className={styles.tab}>
        <Suspense>
          <PlanInspector />
        </Suspense>
      </TabPanel>
      <TabPanel value="run" className={styles.tab}>
        <RunPanel />
      </TabPanel>
    </Tabs>
  );
}

function Selected({ ids, acts }: { ids: readonly string[]; acts: EditActs }) {
  const { t } = useTranslation("editor");
  const [only] = ids;
  if (only === undefined) return null;
  if (ids.length === 1) return <StepInspector id={only} />;
  return (
    <>
      <div className={styles.several}>
        <h2 className={styles.count}>{t("several.steps", { count: ids.length })}</h2>
        <Button icon={CopyPlus} onClick={() => acts.duplicate(ids)}>
          {t("several.duplicate")}
        </Button>
        <Button icon={Trash2} onClick={() => acts.remove(ids)}>
          {t("several.delete")}
        </Button>
      </div>
      <SharedInspector ids={ids} />
    </>
  );
}

function SelectionMenu({ acts, clipboard }: { acts: EditActs; clipboard: Clipboard }) {
  const { t } = useTranslation("editor");
  const { t: action } = useTranslation("actions");
  const { t: common } = useTranslation("common");
  const { selection, selectedSteps } = useEditor();
  const noSteps = selectedSteps.length === 0 ? t("whyNot.noStepSelected") : null;
  const nothing = selection.size === 0 ? t("whyNot.nothingSelected") : null;
  const items: MenuItem[] = [
    {
      label: action("edit.duplicate"),
      icon: CopyPlus,
      keys: keysOf("edit.duplicate"),
      whyNot: noSteps,
      onSelect: () => acts.duplicate(selectedSteps),
    },
    { label: action("edit.copy"), icon: Copy, keys: keysOf("edit.copy"), whyNot: noSteps, onSelect: clipboard.copy },
    { label: action("edit.cut"), icon: Scissors, keys: keysOf("edit.cut"), whyNot: noSteps, onSelect: clipboard.cut },
    "separator",
    {
      label: action("edit.delete"),
      icon: Trash2,
      keys: keysOf("edit.delete"),
      whyNot: nothing,
      onSelect: () => acts.remove([...selection]),
    },
  ];
  return <Menu trigger={<IconButton name={common("more")} icon={Ellipsis} />} items={items} />;
}
