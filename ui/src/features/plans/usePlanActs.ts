// What can be done to a plan in the list. Archiving is taken back by a toast, or by undo long after it.

import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { shell } from "#door";

import { keys, plansQuery } from "../../api/queries";
import type { Plan } from "../../api/types";
import { toast } from "../../components/toasts";
import { archivePlan, createPlan, nameOfCopy, placeSteps, readPlan, restorePlan } from "./mutations";
import { documentOf, fileName, toJson, toYaml } from "./planFile";

export type PlanFormat = "json" | "yaml";
export type FailedAct = "archive" | "restore" | "duplicate" | "export";

export interface PlanActs {
  open: (plan: Plan) => void;
  run: (plan: Plan) => void;
  duplicate: (plan: Plan) => void;
  exportAs: (plan: Plan, format: PlanFormat) => void;
  archive: (plan: Plan) => void;
  restore: (plan: Plan) => void;
  /** Takes the last archiving back. */
  undo: () => void;
}

/** What did not succeed, to be said where the plans are. */
export interface Failed {
  act: FailedAct;
  name: string;
  error: unknown;
}

interface World {
  acts: PlanActs;
  failed: Failed | null;
  dismiss: () => void;
  canUndo: boolean;
}

export function usePlanActs(): World {
  const { t } = useTranslation("plans");
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [failed, setFailed] = useState<Failed | null>(null);
  const archived = useRef<Plan[]>([]);
  const [canUndo, setCanUndo] = useState(false);

  const acts = useMemo((): PlanActs => {
    const refresh = () => queries.invalidateQueries({ queryKey: [...keys.plans, "list"] });
    const hide = (plan: Plan, isArchived: boolean) =>
      queries.setQueryData(plansQuery(isArchived).queryKey, (old) => old?.filter(({ id }) => id !== plan.id));
    const attempt = async (act: FailedAct, plan: Plan, perform: () => Promise<void>) => {
      setFailed(null);
      try {
        await perform();
      } catch (error) {
        setFailed({ act, name: plan.name, error });
        await refresh();
      }
    };
    const restore = (plan: Plan) =>
      void attempt("restore", plan, async () => {
        hide(plan, true);
        await restorePlan(plan.id);
        const { archivedAt: _, ...back } = plan;
        queries.setQueryData(
          plansQuery(false).queryKey,
          (old) => old && [...old.filter(({ id }) => id !== plan.id), back],
        );
        archived.current = archived.current.filter(({ id }) => id !== plan.id);
        setCanUndo(archived.current.length > 0);
        await refresh();
        toast(t("restoredToast", { name: plan.name }));
      });
    const copyName = (name: string, n: number) => (n === 1 ? t("copyName", { name }) : t("copyNameAgain", { name, n }));
    return {
      open: (plan) => void navigate({ to: "/plans/$planId", params: { planId: plan.id } }),
      run: (plan) => void navigate({ to: "/plans/$planId", params: { planId: plan.id }, search: { tab: "run" } }),
      duplicate: (plan) =>
        void attempt("duplicate", plan, async () => {
          const whole = await readPlan(plan.id);
          const taken = new Set(queries.getQueryData(plansQuery(false).queryKey)?.map(({ name }) => name));
          const copy = await createPlan({ ...documentOf(whole), name: nameOfCopy(whole.name, taken, copyName) });
          // A copy whose steps stand elsewhere is still the copy: the canvas arranges what has no place.
          if (whole.layout) await placeSteps(copy.id, whole.layout).catch(() => null);
          void refresh();
          await navigate({ to: "/plans/$planId", params: { planId: copy.id } });
        }),
      exportAs: (plan, format) =>
        void attempt("export", plan, async () => {
          const written = documentOf(await readPlan(plan.id));
          const text = format === "json" ? toJson(written) : await toYaml(written);
          const file = fileName(plan, format);
          const filter = { name: format.toUpperCase(), extensions: format === "json" ? ["json"] : ["yaml", "yml"] };
          if (await shell.saveFile(file, text, filter)) toast(t("exportedToast", { file }));
        }),
      archive: (plan) =>
        void attempt("archive", plan, async () => {
          hide(plan, false);
          await archivePlan(plan.id);
          archived.current = [...archived.current, plan];
          setCanUndo(true);
          toast(t("archivedToast", { name: plan.name }), { keys: "Mod+Z", perform: () => restore(plan) });
          await refresh();
        }),
      restore,
      undo: () => {
        const latest = archived.current.at(-1);
        if (latest) restore(latest);
      },
    };
  }, [navigate, queries, t]);

  return { acts, failed, dismiss: () => setFailed(null), canUndo };
}
