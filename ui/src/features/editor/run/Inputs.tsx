// The inputs of the plan, one field each, and what is kept of them.

import { useTranslation } from "react-i18next";

import { Button } from "../../../components/Button";
import { toast } from "../../../components/toasts";
import { EMPTY_FORM } from "./form";
import { InputControl } from "./InputControl";
import { plain } from "./issues";
import { forgetForm } from "./remembered";
import styles from "./RunPanel.module.css";
import type { PlanToRun } from "./usePlanToRun";
import type { Run } from "./useRun";

export function Inputs({ plan, run, isTried }: { plan: PlanToRun; run: Run; isTried: boolean }) {
  const { t } = useTranslation("run");
  const { form, act, built, issues } = run;
  const missing = new Set(built.missing.map((field) => field.name));
  const forget = () => {
    act({ kind: "replace", form: { ...form, entries: EMPTY_FORM.entries } });
    forgetForm(plan.planId);
    toast(t("forgot", { plan: plan.name }), { perform: () => act({ kind: "replace", form }) });
  };
  if (plan.fields.length === 0) return <p className={styles.quiet}>{t("noInputs")}</p>;
  return (
    <>
      {plan.fields.map((field) => {
        const problem = issues.inputs.get(field.name);
        return (
          <InputControl
            key={field.name}
            field={field}
            entry={form.entries[field.name] ?? { text: field.initial }}
            onChange={(entry) => act({ kind: "enter", name: field.name, entry })}
            fault={built.faults.get(field.name)}
            isMissing={missing.has(field.name)}
            problem={problem === undefined ? undefined : plain(problem)}
            isTried={isTried}
          />
        );
      })}
      {Object.keys(form.entries).length > 0 && (
        <p className={styles.kept}>
          <span>{t("kept")}</span>
          <Button variant="ghost" size="small" onClick={forget}>
            {t("forget")}
          </Button>
        </p>
      )}
    </>
  );
}
