// A plan that is archived can still be looked at; here it comes back.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { client, data } from "../../api/client";
import { keys } from "../../api/queries";

export interface Archived {
  /** Why it cannot be published or run; absent where it is not archived. */
  whyNot: string | undefined;
  restore: () => void;
  failed: string | null;
}

export function useArchived(planId: string, archivedAt: string | null): Archived {
  const { t } = useTranslation("editor");
  const queries = useQueryClient();
  const [isArchived, setArchived] = useState(archivedAt !== null);
  const { mutate, error } = useMutation({
    mutationFn: () => data(client.POST("/api/plans/{id}/restore", { params: { path: { id: planId } } })),
    onSuccess: () => {
      setArchived(false);
      void queries.invalidateQueries({ queryKey: keys.plans });
    },
  });
  return {
    whyNot: isArchived ? t("archived.whyNot") : undefined,
    restore: () => mutate(),
    failed: error ? error.message : null,
  };
}
