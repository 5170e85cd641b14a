// Only the executions of one plan: found by its name.

import { useQuery } from "@tanstack/react-query";
import { ChevronsUpDown } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { planQuery } from "../../../api/queries";
import { Button } from "../../../components/Button";
import { Chip } from "../../../components/Chip";
import { Popover } from "../../../components/Popover";
import { SearchField } from "../../../components/SearchField";
import { plansNamedQuery } from "../queries";
import styles from "./Executions.module.css";

export function PlanFilter({ planId, onChange }: { planId: string | null; onChange: (planId: string | null) => void }) {
  const { t } = useTranslation("executions");
  const [isOpen, setOpen] = useState(false);
  const { data: plan } = useQuery({ ...planQuery(planId ?? ""), enabled: planId !== null });
  if (planId !== null) {
    const name = plan?.name ?? planId;
    return (
      <Chip onRemove={() => onChange(null)} name={name}>
        {t("filters.onePlan", { name })}
      </Chip>
    );
  }
  return (
    <Popover
      label={t("filters.findPlan")}
      isOpen={isOpen}
      onOpenChange={setOpen}
      trigger={<Button icon={ChevronsUpDown}>{t("filters.plan")}</Button>}
    >
      <Found
        onChoose={(id) => {
          setOpen(false);
          onChange(id);
        }}
      />
    </Popover>
  );
}

function Found({ onChoose }: { onChoose: (planId: string) => void }) {
  const { t } = useTranslation("executions");
  const [search, setSearch] = useState("");
  const { data } = useQuery({ ...plansNamedQuery(search.trim()), placeholderData: (before) => before });
  return (
    <div className={styles.found}>
      <SearchField value={search} onChange={setSearch} label={t("filters.findPlan")} keys="" />
      <ul className={styles.foundList}>
        {data?.items.map((plan) => (
          <li key={plan.id}>
            <button type="button" className={styles.foundItem} onClick={() => onChoose(plan.id)}>
              {plan.name}
            </button>
          </li>
        ))}
      </ul>
      {data?.items.length === 0 && <p className={styles.foundNone}>{t("filters.noPlan")}</p>}
    </div>
  );
}
