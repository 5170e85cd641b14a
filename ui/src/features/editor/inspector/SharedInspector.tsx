// What several selected steps have in common, changed for all of them at once.

import { UserRound } from "lucide-react";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import { Checkbox } from "../../../components/Checkbox";
import { ControlRow } from "../../../components/Row";
import type { DraftStep } from "../model/draft";
import { useEditor } from "../useEditor";
import styles from "./inspector.module.css";
import { ModelField } from "./ModelField";
import { QueueField } from "./QueueField";

export function SharedInspector({ ids }: { ids: readonly string[] }) {
  const { t } = useTranslation("inspector");
  const { plan, perform } = useEditor();
  const steps = useMemo(() => {
    const chosen = new Set(ids);
    return plan.steps.filter(({ id }) => chosen.has(id));
  }, [plan.steps, ids]);
  const change = (field: "model" | "queue" | "requiresApproval", value: string | boolean | undefined) =>
    perform({ kind: "changeSteps", ids, change: { [field]: value }, field });
  const asks = shared(steps, (step) => step.requiresApproval === true);
  return (
    <section aria-label={t("shared.label")}>
      <div className={styles.fields}>
        <ModelField
          value={shared(steps, (step) => step.model)}
          fallback={plan.defaults?.model ?? "sonnet"}
          onChange={(model) => change("model", model)}
        />
        <QueueField
          value={shared(steps, (step) => step.queue)}
          fallback={plan.defaults?.queue ?? "default"}
          onChange={(queue) => change("queue", queue)}
        />
        <p className={styles.quiet}>{t("shared.hint", { count: steps.length })}</p>
      </div>
      <div className={styles.rows}>
        <ControlRow icon={UserRound} label={t("shared.requiresApproval")}>
          {() => (
            <Checkbox
              label={t("shared.requiresApproval")}
              checked={asks ?? "indeterminate"}
              onChange={(isOn) => change("requiresApproval", isOn ? true : undefined)}
            />
          )}
        </ControlRow>
      </div>
    </section>
  );
}

/** What all of them have; null where they differ. */
export function shared<T>(steps: readonly DraftStep[], value: (step: DraftStep) => T): T | null {
  const [first, ...others] = steps;
  if (first === undefined) return null;
  const wanted = value(first);
  return others.every((step) => value(step) === wanted) ? wanted : null;
}
