// The plan that somebody is at, for the palette and for keys.

import { useTranslation } from "react-i18next";

import { useAction } from "../../actions";
import type { Plan } from "../../api/types";
import type { PlanActs } from "./usePlanActs";

export function usePlanActions(plan: Plan | null, acts: PlanActs): void {
  const { t } = useTranslation("plans");
  const whyNot = plan === null ? t("chooseFirst") : undefined;
  const whyNotArchived = plan?.archivedAt === undefined ? whyNot : t("isArchived");
  const on = (act: (plan: Plan) => void) => () => {
    if (plan) act(plan);
  };
  useAction("plan.open", on(acts.open), whyNot);
  useAction("plan.run", on(acts.run), whyNotArchived);
  useAction("plan.duplicate", on(acts.duplicate), whyNot);
  useAction(
    "plan.exportJson",
    on((one) => acts.exportAs(one, "json")),
    whyNot,
  );
  useAction(
    "plan.exportYaml",
    on((one) => acts.exportAs(one, "yaml")),
    whyNot,
  );
  useAction("plan.archive", on(acts.archive), whyNotArchived);
}
