// A new plan: only its name is asked for. Its first step runs as it stands.

import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import { keys } from "../../api/queries";
import type { Plan } from "../../api/types";
import { Button } from "../../components/Button";
import { Dialog } from "../../components/Dialog";
import { Field } from "../../components/Field";
import { TextField } from "../../components/TextField";
import { createPlan, LONGEST_NAME } from "./mutations";

interface Props {
  plans: readonly Plan[];
  onClose: () => void;
}

const FORM = "new-plan";

export function NewPlanDialog({ plans, onClose }: Props) {
  const { t } = useTranslation("plans");
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const bare = name.trim();

  const create = async (event: FormEvent) => {
    event.preventDefault();
    if (isBusy) return;
    if (bare === "") {
      setError(t("newDialog.needsName"));
      return;
    }
    setBusy(true);
    const prompt = t("newDialog.prompt", { text: "{{input.text}}" });
    try {
      const plan = await createPlan({ name: bare, steps: [{ id: t("newDialog.step"), prompt }] });
      void queries.invalidateQueries({ queryKey: [...keys.plans, "list"] });
      await navigate({ to: "/plans/$planId", params: { planId: plan.id }, search: { step: t("newDialog.step") } });
    } catch (refused) {
      setError(refused instanceof Error ? refused.message : String(refused));
      setBusy(false);
    }
  };

  return (
    <Dialog
      isOpen
      onOpenChange={onClose}
      title={t("newDialog.title")}
      text={t("newDialog.text")}
      actions={
        <>
          <Button size="dialog" onClick={onClose}>
            {t("newDialog.cancel")}
          </Button>
          <Button
            size="dialog"
            variant="primary"
            type="submit"
            form={FORM}
            busy={isBusy ? t("newDialog.creating") : undefined}
          >
            {t("newDialog.create")}
          </Button>
        </>
      }
    >
      <form id={FORM} onSubmit={(event) => void create(event)}>
        <Field
          label={t("newDialog.name")}
          error={error}
          hint={plans.some((plan) => plan.name === bare) ? t("newDialog.taken") : undefined}
        >
          <TextField
            value={name}
            maxLength={LONGEST_NAME}
            isStrong
            onChange={(next) => {
              setName(next);
              setError(null);
            }}
          />
        </Field>
      </form>
    </Dialog>
  );
}
