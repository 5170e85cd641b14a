// One menu for all rows of a list: it is about the row that it was asked for at, by pointer or by key.

import { type MouseEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import type { Plan } from "../../api/types";
import type { MenuItem } from "../../components/Menu";
import { planMenu } from "./planMenu";
import type { Pins } from "./usePins";
import type { PlanActs } from "./usePlanActs";

interface RowMenu {
  items: readonly MenuItem[];
  /** The row whose menu is open, or null. */
  openId: string | null;
  onOpenChange: (isOpen: boolean) => void;
  /** Has to see the request before the menu does. */
  onContextMenuCapture: (event: MouseEvent<HTMLElement>) => void;
}

export function useRowMenu(plans: readonly Plan[], acts: PlanActs, pins: Pins): RowMenu {
  const { t } = useTranslation(["plans", "actions"]);
  const [plan, setPlan] = useState<Plan | null>(null);
  const [isOpen, setOpen] = useState(false);
  return {
    items: plan === null ? [] : planMenu(plan, acts, { isPinned: pins.isPinned(plan), toggle: pins.toggle }, t),
    openId: isOpen ? (plan?.id ?? null) : null,
    onOpenChange: setOpen,
    onContextMenuCapture: (event) => {
      const row = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-plan]") : null;
      const pointed = plans.find(({ id }) => id === row?.dataset["plan"]);
      if (pointed) setPlan(pointed);
      else event.stopPropagation();
    },
  };
}
