// A budget that is short: what the next attempt needs, and a new budget to go on with.

import { Coins } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Execution } from "../../api/types";
import { Button } from "../../components/Button";
import { Field } from "../../components/Field";
import { money } from "../../components/format";
import { NumberField } from "../../components/NumberField";
import { Popover } from "../../components/Popover";
import type { useResume } from "./mutations";
import styles from "./RaiseBudget.module.css";
import { useSaid } from "./words";

export function RaiseBudget({
  execution,
  reason,
  resume,
  isOpen,
  onOpenChange,
}: {
  execution: Execution;
  reason: { needed?: number; left?: number };
  resume: ReturnType<typeof useResume>;
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
}) {
  const { t } = useTranslation("executions");
  const said = useSaid();
  const budget = execution.options?.maxCost ?? 0;
  const { needed = 0, left = 0 } = reason;
  // Room for the next attempt, and as much again for what follows.
  const proposed = Math.ceil((budget + Math.max(0, needed - left) * 2) * 100) / 100;
  const [amount, setAmount] = useState<number | null>(proposed);
  const isTooLow = amount === null || amount <= budget;
  const start = () => {
    if (!isTooLow) resume.mutate(amount, { onSuccess: () => onOpenChange(false) });
  };
  return (
    <Popover
      label={t("budgetForm.label")}
      isOpen={isOpen}
      onOpenChange={onOpenChange}
      align="end"
      trigger={
        <Button variant="primary" icon={Coins}>
          {t("header.raise")}
        </Button>
      }
    >
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          start();
        }}
      >
        <p className={styles.text}>
          {t("budgetForm.text", { needed: money(needed), left: money(left), budget: money(budget) })}
        </p>
        <Field
          label={t("budgetForm.field")}
          error={
            resume.error ? said(resume.error).text : isTooLow ? t("budgetForm.tooLow", { budget: money(budget) }) : null
          }
        >
          <NumberField value={amount} onChange={setAmount} min={0} step={0.1} prefix="$" />
        </Field>
        <Button
          type="submit"
          variant="primary"
          size="dialog"
          disabled={isTooLow}
          busy={resume.isPending ? t("header.resuming") : undefined}
        >
          {amount === null ? t("budgetForm.resumePlain") : t("budgetForm.resume", { amount: money(amount) })}
        </Button>
      </form>
    </Popover>
  );
}
