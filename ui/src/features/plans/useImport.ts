// Taking plans in, from files and from the clipboard: each goes in whole or is refused with its reasons.

import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";

import { keys } from "../../api/queries";
import type { Plan, PlanDocument } from "../../api/types";
import { toast } from "../../components/toasts";
import { createPlan } from "./mutations";
import { type PlanFile, readPlanFile, readPlanText, type Refusal } from "./planFile";

/** What did not go in: a file that is no plan, or a plan that the engine refused. */
export type Refused = { kind: "file"; file: string; refusal: Refusal } | { kind: "plan"; file: string; error: unknown };

export interface Importing {
  /** Null while nothing is being read. */
  progress: { done: number; total: number } | null;
  refused: readonly Refused[];
  dismiss: (one: Refused) => void;
  takeFiles: (files: readonly File[]) => Promise<void>;
  takeText: (text: string) => Promise<void>;
}

interface Source {
  name: string;
  read: () => Promise<PlanFile>;
}

export function useImport(): Importing {
  const { t } = useTranslation("plans");
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [progress, setProgress] = useState<Importing["progress"]>(null);
  const [refused, setRefused] = useState<readonly Refused[]>([]);

  const take = useCallback(
    async (sources: readonly Source[]) => {
      const taken: Plan[] = [];
      const left: Refused[] = [];
      setRefused([]);
      for (const [done, source] of sources.entries()) {
        setProgress({ done, total: sources.length });
        // One after the other, so that many large files are not all in memory at once.
        // oxlint-disable-next-line no-await-in-loop
        const outcome = await takeOne(source);
        if ("plan" in outcome) taken.push(outcome.plan);
        else left.push(outcome.refused);
      }
      setProgress(null);
      setRefused(left);
      const [first] = taken;
      if (!first) return;
      await queries.invalidateQueries({ queryKey: [...keys.plans, "list"] });
      const open = () => void navigate({ to: "/plans/$planId", params: { planId: first.id } });
      const said = t("imported", { count: taken.length, name: first.name });
      toast(said, taken.length === 1 ? { label: t("open"), perform: open } : undefined);
    },
    [navigate, queries, t],
  );

  return {
    progress,
    refused,
    dismiss: useCallback((one) => setRefused((all) => all.filter((other) => other !== one)), []),
    takeFiles: useCallback(
      (files) => take(files.map((file) => ({ name: file.name, read: () => readPlanFile(file) }))),
      [take],
    ),
    takeText: useCallback(
      (text) => {
        const name = t("refused.clipboard");
        return take([{ name, read: () => readPlanText(name, text) }]);
      },
      [take, t],
    ),
  };
}

async function takeOne({ name, read }: Source): Promise<{ plan: Plan } | { refused: Refused }> {
  const file = await read();
  if (file.kind === "refused") return { refused: { kind: "file", file: name, refusal: file.refusal } };
  try {
    // What stands in a file is unknown; the engine checks every field of it.
    return { plan: await createPlan(file.document as unknown as PlanDocument) };
  } catch (error) {
    return { refused: { kind: "plan", file: name, error } };
  }
}
