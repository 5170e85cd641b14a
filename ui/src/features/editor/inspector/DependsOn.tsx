// What a step waits for: a chip for each dependency, and a list of the steps that can become one.

import { Plus } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "../../../components/Button";
import { Chip } from "../../../components/Chip";
import { Popover } from "../../../components/Popover";
import { useEditor } from "../useEditor";
import { FieldProblems } from "./FieldProblems";
import styles from "./inspector.module.css";
import { around } from "./offers";
import { StepPicker } from "./StepPicker";
import type { StepHandle } from "./useStep";

export function DependsOn({ handle: { step, problemsAt } }: { handle: StepHandle }) {
  const { t } = useTranslation("inspector");
  const { perform } = useEditor();
  const [isOpen, setOpen] = useState(false);
  const dependencies = step.dependsOn ?? [];
  return (
    <section className={styles.block} aria-label={t("dependsOn.label")}>
      <h3 className={styles.label}>{t("dependsOn.label")}</h3>
      <div className={styles.chips}>
        {dependencies.length === 0 && <span className={styles.quiet}>{t("dependsOn.none")}</span>}
        {dependencies.map((id) => (
          <Chip key={id} isMono onRemove={() => perform({ kind: "disconnect", from: id, to: step.id })}>
            {id}
          </Chip>
        ))}
        <Popover
          label={t("dependsOn.addName")}
          isOpen={isOpen}
          onOpenChange={setOpen}
          trigger={
            <Button variant="ghost" size="small" icon={Plus} aria-label={t("dependsOn.addName")}>
              {t("dependsOn.add")}
            </Button>
          }
        >
          <Candidates stepId={step.id} dependencies={dependencies} onDone={() => setOpen(false)} />
        </Popover>
      </div>
      <FieldProblems problems={problemsAt("dependsOn")} />
    </section>
  );
}

interface CandidatesProps {
  stepId: string;
  dependencies: readonly string[];
  onDone: () => void;
}

function Candidates({ stepId, dependencies, onDone }: CandidatesProps) {
  const { t } = useTranslation("inspector");
  const { plan, perform } = useEditor();
  const { downstream } = useMemo(() => around(plan.steps, stepId), [plan.steps, stepId]);
  const others = useMemo(() => {
    const chosen = new Set([...dependencies, stepId]);
    const free = plan.steps.map(({ id }) => id).filter((id) => !chosen.has(id));
    // What can be taken comes first.
    return [...free.filter((id) => !downstream.has(id)), ...free.filter((id) => downstream.has(id))];
  }, [plan.steps, dependencies, stepId, downstream]);
  if (others.length === 0) return <p className={styles.quiet}>{t("dependsOn.all")}</p>;
  return (
    <StepPicker
      ids={others}
      whyNot={(id) => (downstream.has(id) ? t("dependsOn.closesCycle") : null)}
      onTake={(id) => {
        perform({ kind: "connect", from: id, to: stepId });
        onDone();
      }}
    />
  );
}
