// The words of an act: "connect extract → analyze".

import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import type { Act } from "./model/acts";

const FIELDS = [
  "prompt",
  "system",
  "model",
  "queue",
  "dependsOn",
  "condition",
  "timeoutMs",
  "retry",
  "requiresApproval",
  "maxTokens",
  "temperature",
  "outputSchema",
  "name",
  "description",
  "tags",
  "inputSchema",
  "defaults",
  "hitl",
] as const;

export function useActWords(): (act: Act) => string {
  const { t } = useTranslation("editor");
  return useCallback(
    ({ name, params: { id = "", from = "", to = "", title = "", count = 0, field } }: Act) => {
      // `retry.maxAttempts` is called as `retry` is.
      const known = FIELDS.find((one) => one === field?.split(".")[0]);
      const what = known === undefined ? (field ?? "") : t(`field.${known}`);
      return t(`act.${name}`, { id, from, to, title: title.replaceAll("`", ""), count, field: what });
    },
    [t],
  );
}
