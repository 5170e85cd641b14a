// What the texts of a step need of the editor around them: what they can refer to, and what taking it does.

import { useCallback, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";

import type { DraftPlan } from "../model/draft";
import type { CompletionDoor, Offer } from "../prompt/completion";
import { useEditor } from "../useEditor";
import { offersFor } from "./offers";

export function usePromptDoor(stepId: string): CompletionDoor {
  const { t } = useTranslation("inspector");
  const { plan, perform, previewConnection } = useEditor();
  const closesCycle = t("offers.closesCycle");
  // The list is asked for again while it is open; it is made once for each state of the plan.
  const made = useRef<{ plan: DraftPlan; stepId: string; offers: Offer[] } | null>(null);
  const offers = useCallback(() => {
    if (made.current?.plan !== plan || made.current.stepId !== stepId) {
      made.current = { plan, stepId, offers: offersFor(plan, stepId, { closesCycle }) };
    }
    return made.current.offers;
  }, [plan, stepId, closesCycle]);
  const onConnect = useCallback(
    (from: string) => {
      previewConnection(null);
      perform({ kind: "connect", from, to: stepId });
    },
    [perform, previewConnection, stepId],
  );
  const words = useMemo(() => ({ upstream: t("offers.upstream"), adds: t("offers.adds") }), [t]);
  return useMemo(
    () => ({ offers, words, onPreview: previewConnection, onConnect }),
    [offers, words, previewConnection, onConnect],
  );
}
