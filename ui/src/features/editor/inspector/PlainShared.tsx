// What several selected steps share: one change for all of them.

import { useTranslation } from "react-i18next";

import { Field } from "../../../components/Field";
import { ControlRow } from "../../../components/Row";
import { Select } from "../../../components/Select";
import { Switch } from "../../../components/Switch";
import { useEditor } from "../useEditor";
import styles from "./Plain.module.css";

export function SharedInspector({ ids }: { ids: readonly string[] }) {
  const { t } = useTranslation("plain");
  const { plan, models, perform } = useEditor();
  const steps = plan.steps.filter((step) => ids.includes(step.id));
  const [first] = steps;
  const shared = steps.every((step) => step.model === first?.model) ? (first?.model ?? null) : null;
  return (
    <div className={styles.form}>
      <Field label={t("model")}>
        <Select
          mono
          value={shared}
          placeholder={t("several")}
          options={models.map(({ alias }) => ({ value: alias, label: alias }))}
          onChange={(model) => perform({ kind: "changeSteps", ids, change: { model }, field: "model" })}
        />
      </Field>
      <div className={styles.rows}>
        <ControlRow label={t("always")}>
          {(labelId) => (
            <Switch
              labelledBy={labelId}
              checked={steps.length > 0 && steps.every((step) => step.requiresApproval === true)}
              onChange={(isOn) =>
                perform({ kind: "changeSteps", ids, change: { requiresApproval: isOn || undefined }, field: "requiresApproval" })
              }
            />
          )}
        </ControlRow>
      </div>
    </div>
  );
}
