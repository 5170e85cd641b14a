// Find a step by its id or by what its prompt says.

import { type KeyboardEvent, useDeferredValue, useId, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { Dialog } from "../../components/Dialog";
import { TextField } from "../../components/TextField";
import styles from "./CanvasFind.module.css";
import type { DraftPlan, DraftStep } from "./model/draft";

/** More would not be read; a longer search finds fewer. */
const SHOWN = 50;

interface FindProps {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  plan: DraftPlan;
  onGoTo: (stepId: string) => void;
}

export function FindStep({ isOpen, onOpenChange, plan, onGoTo }: FindProps) {
  const { t } = useTranslation("editor");
  return (
    <Dialog isOpen={isOpen} onOpenChange={onOpenChange} title={t("find.title")}>
      <Search
        plan={plan}
        onGoTo={(id) => {
          onOpenChange(false);
          // After the dialog has given the focus back, or it would take it from the step.
          requestAnimationFrame(() => onGoTo(id));
        }}
      />
    </Dialog>
  );
}

function Search({ plan, onGoTo }: Pick<FindProps, "plan" | "onGoTo">) {
  const { t } = useTranslation("editor");
  const listId = useId();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const wanted = useDeferredValue(text);
  const found = useMemo(() => matching(plan.steps, wanted), [plan.steps, wanted]);
  const shown = found.slice(0, SHOWN);
  const active = shown[Math.min(at, shown.length - 1)];
  const onKeyDown = (event: KeyboardEvent) => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by !== undefined && shown.length > 0) {
      event.preventDefault();
      setAt((at + by + shown.length) % shown.length);
    } else if (event.key === "Enter" && active) {
      event.preventDefault();
      onGoTo(active.id);
    }
  };
  return (
    <div className={styles.find}>
      <TextField
        value={text}
        onChange={(next) => {
          setText(next);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
        placeholder={t("find.label")}
        aria-label={t("find.label")}
        role="combobox"
        aria-expanded={shown.length > 0}
        aria-controls={listId}
        aria-activedescendant={active ? `${listId}-${active.id}` : undefined}
        autoComplete="off"
        spellCheck={false}
      />
      <p className={styles.count} role="status">
        {found.length === 0 ? t("find.none") : t("find.count", { count: found.length })}
      </p>
      <div id={listId} role="listbox" aria-label={t("find.title")} className={styles.list}>
        {shown.map((step) => (
          <Found key={step.id} id={`${listId}-${step.id}`} step={step} isActive={step === active} onGoTo={onGoTo} />
        ))}
      </div>
    </div>
  );
}

interface FoundProps {
  id: string;
  step: DraftStep;
  isActive: boolean;
  onGoTo: (stepId: string) => void;
}

function Found({ id, step, isActive, onGoTo }: FoundProps) {
  return (
    // The keys are handled in the field, which keeps the focus.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
    <div
      id={id}
      role="option"
      aria-selected={isActive}
      className={styles.row}
      ref={(row) => {
        if (isActive) row?.scrollIntoView({ block: "nearest" });
      }}
      onClick={() => onGoTo(step.id)}
    >
      <span className={styles.id}>{step.id}</span>
      <span className={styles.prompt}>{step.prompt.slice(0, 120)}</span>
    </div>
  );
}

/** Ids that begin so, ids that contain it, then prompts. */
function matching(steps: readonly DraftStep[], text: string): DraftStep[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return [...steps];
  const rank = (step: DraftStep): number => {
    const id = step.id.toLowerCase();
    if (id.startsWith(wanted)) return 0;
    if (id.includes(wanted)) return 1;
    return step.prompt.toLowerCase().includes(wanted) ? 2 : 3;
  };
  return steps
    .map((step) => ({ step, rank: rank(step) }))
    .filter(({ rank: own }) => own < 3)
    .toSorted((one, two) => one.rank - two.rank)
    .map(({ step }) => step);
}
