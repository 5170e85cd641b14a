// The menu of a plan: the same from its button, from the pointer and from the keyboard.

import type { TFunction } from "i18next";
import { Pin, PinOff, Undo2 } from "lucide-react";

import { ACTIONS } from "../../actions";
import type { Plan } from "../../api/types";
import type { MenuItem } from "../../components/Menu";
import type { PlanActs } from "./usePlanActs";

export function planMenu(
  plan: Plan,
  acts: PlanActs,
  pin: { isPinned: boolean; toggle: (plan: Plan) => void },
  t: TFunction<["plans", "actions"]>,
): MenuItem[] {
  const isArchived = plan.archivedAt !== undefined;
  const own = (
    name: "plan.duplicate" | "plan.exportJson" | "plan.exportYaml" | "plan.archive",
    onSelect: () => void,
  ) => ({
    label: t(`actions:${name}`),
    icon: ACTIONS[name].icon,
    onSelect,
  });
  return [
    { label: t("plans:open"), icon: ACTIONS["plan.open"].icon, keys: "Enter", onSelect: () => acts.open(plan) },
    ...(isArchived
      ? []
      : [{ label: t("plans:run"), icon: ACTIONS["plan.run"].icon, keys: "Mod+Enter", onSelect: () => acts.run(plan) }]),
    "separator",
    own("plan.duplicate", () => acts.duplicate(plan)),
    own("plan.exportJson", () => acts.exportAs(plan, "json")),
    own("plan.exportYaml", () => acts.exportAs(plan, "yaml")),
    "separator",
    ...(isArchived
      ? [{ label: t("plans:restore"), icon: Undo2, onSelect: () => acts.restore(plan) }]
      : [
          {
            label: pin.isPinned ? t("plans:unpin") : t("plans:pin"),
            icon: pin.isPinned ? PinOff : Pin,
            onSelect: () => pin.toggle(plan),
          },
          own("plan.archive", () => acts.archive(plan)),
        ]),
  ];
}
