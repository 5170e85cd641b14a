// Every field of the selected step.

import { useCallback, useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";

import { number } from "../../../components/format";
import { hasPlace } from "../prompt/diagnostics";
import { PromptEditor } from "../prompt/PromptEditor";
import { useEditor } from "../useEditor";
import { DependsOn } from "./DependsOn";
import { modelName, tokensInOf } from "./estimate";
import { EstimateFoot } from "./EstimateFoot";
import { FieldProblems } from "./FieldProblems";
import styles from "./inspector.module.css";
import { CannotRun, ModelField } from "./ModelField";
import { QueueField } from "./QueueField";
import { StepId } from "./StepId";
import { StepRows } from "./StepRows";
import { type StepHandle, useFix, useStep } from "./useStep";
import { usePromptDoor } from "./usePromptDoor";

export function StepInspector({ id }: { id: string }) {
  const handle = useStep(id);
  const [shown, setShown] = useState({ id, count: 0, renamedTo: "" });
  if (shown.id !== id) {
    // A step that was renamed here is the same step: its fields stay, and with them where the focus is.
    setShown({ id, count: shown.renamedTo === id ? shown.count : shown.count + 1, renamedTo: "" });
  }
  const onRename = useCallback((to: string) => setShown((was) => ({ ...was, renamedTo: to })), []);
  return handle ? <Fields key={shown.count} handle={handle} onRename={onRename} /> : null;
}

interface FieldsProps {
  handle: StepHandle;
  /** The step is about to have this id. */
  onRename: (to: string) => void;
}

function Fields({ handle, onRename }: FieldsProps) {
  const { plan, step, change, problemsAt } = handle;
  const { defaults } = plan;
  return (
    <div className={styles.step}>
      <div className={styles.top}>
        <div className={styles.group}>
          <StepId id={step.id} onRename={onRename} />
          <FieldProblems problems={problemsAt("id")} />
        </div>
        <div className={styles.group}>
          <div className={styles.pair}>
            <ModelField
              value={step.model}
              fallback={defaults?.model ?? "sonnet"}
              onChange={(model) => change("model", model)}
            />
            <QueueField
              value={step.queue}
              fallback={defaults?.queue ?? "default"}
              onChange={(queue) => change("queue", queue)}
            />
          </div>
          <CannotRun model={modelName(plan, step)} />
          <FieldProblems problems={problemsAt("model")} />
          <FieldProblems problems={problemsAt("queue")} />
        </div>
        <Prompt handle={handle} />
      </div>
      <DependsOn handle={handle} />
      <StepRows handle={handle} />
      <EstimateFoot handle={handle} />
    </div>
  );
}

function Prompt({ handle: { plan, step, change, problemsAt } }: { handle: StepHandle }) {
  const { t } = useTranslation("inspector");
  const { undo, redo, promptFocus } = useEditor();
  const completion = usePromptDoor(step.id);
  const fix = useFix();
  const problems = problemsAt("prompt");
  // Counting a long text can wait until what was typed is on the screen.
  const counted = useDeferredValue(step);
  return (
    <section className={styles.prompt} aria-label={t("prompt.label")}>
      <div className={styles.promptHead}>
        <h3 className={styles.label}>{t("prompt.label")}</h3>
        <span className={styles.count}>{t("prompt.tokensIn", { tokens: number(tokensInOf(plan, counted)) })}</span>
      </div>
      <PromptEditor
        label={t("prompt.label")}
        value={step.prompt}
        onChange={(prompt) => change("prompt", prompt)}
        onUndo={undo}
        onRedo={redo}
        completion={completion}
        problems={problems}
        onFix={fix}
        placeholder={t("prompt.placeholder")}
        focus={promptFocus}
      />
      {/* What has a place is underlined there; a list that comes and goes here would move the text under the caret. */}
      <FieldProblems problems={problems.filter((problem) => !hasPlace(problem))} />
    </section>
  );
}
