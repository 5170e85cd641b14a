// The steps at which a person is always asked: a chip for each, and a list to take more from.

import { Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "../../../components/Button";
import { Chip } from "../../../components/Chip";
import { Popover } from "../../../components/Popover";
import type { DraftPlan } from "../model/draft";
import styles from "./inspector.module.css";
import { StepPicker } from "./StepPicker";

export function RequiredFor({
  plan,
  ids,
  onChange,
}: {
  plan: DraftPlan;
  ids: readonly string[];
  onChange: (ids: readonly string[]) => void;
}) {
  const { t } = useTranslation("inspector");
  const [isOpen, setOpen] = useState(false);
  const chosen = new Set(ids);
  const free = plan.steps.map(({ id }) => id).filter((id) => !chosen.has(id));
  return (
    <div className={styles.chips}>
      {ids.map((id) => (
        <Chip key={id} isMono onRemove={() => onChange(ids.filter((other) => other !== id))}>
          {id}
        </Chip>
      ))}
      {free.length > 0 && (
        <Popover
          label={t("plan.requiredFor")}
          isOpen={isOpen}
          onOpenChange={setOpen}
          trigger={
            <Button variant="ghost" size="small" icon={Plus}>
              {t("dependsOn.add")}
            </Button>
          }
        >
          <StepPicker
            ids={free}
            onTake={(id) => {
              setOpen(false);
              onChange([...ids, id]);
            }}
          />
        </Popover>
      )}
    </div>
  );
}
