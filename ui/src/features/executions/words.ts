// Words that list and page have in common: why an execution is in its state, and what an error means.

import type { TFunction } from "i18next";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";

import { isApiError, OfflineError } from "../../api/problem";
import type { Execution } from "../../api/types";
import { money, timeLeft } from "../../components/format";

type T = TFunction<"executions">;

/** What stands beside the status: "1 open, 2 h left". Empty where the status says it all. */
export function whyOf(t: T, execution: Execution, nowMs: number): string {
  const { status, pausedReasons = [], error } = execution;
  if (status === "paused") return pausedReasons.map((reason) => pausedWords(t, execution, reason, nowMs)).join(", ");
  if (status !== "failed" || !error) return "";
  const step = error.stepId ?? "";
  if (error.code === "EXECUTION_TIMEOUT") return t("why.timeout");
  if (error.code === "STEP_REJECTED") return t("why.stepRejected", { step });
  const failure = execution.steps?.[step]?.error;
  if (failure) return `${step}, ${failureWord(t, failure.code, failure.status)}`;
  return error.attempts === undefined
    ? t("why.stepFailedOnly", { step })
    : t("why.stepFailed", { step, count: error.attempts });
}

function pausedWords(
  t: T,
  execution: Execution,
  reason: NonNullable<Execution["pausedReasons"]>[number],
  nowMs: number,
) {
  switch (reason.kind) {
    case "approval": {
      const open = t("why.open", { count: reason.taskIds?.length ?? 1 });
      const due = dueOf(execution);
      if (due === null) return open;
      return `${open}, ${due <= nowMs ? t("why.overdue") : t("why.left", { time: timeLeft(due - nowMs) })}`;
    }
    case "budget":
      return t("why.budget", { amount: money(Math.max(0, (reason.needed ?? 0) - (reason.left ?? 0))) });
  }
}

/** The next deadline of an open review. */
function dueOf(execution: Execution): number | null {
  const deadlines = Object.values(execution.steps ?? {}).flatMap(({ status, timeoutAt }) =>
    status === "awaiting_approval" && timeoutAt !== undefined ? [Date.parse(timeoutAt)] : [],
  );
  return deadlines.length === 0 ? null : Math.min(...deadlines);
}

type FailureCode = NonNullable<NonNullable<Execution["steps"]>[string]["error"]>["code"];

/** A failure in a word or two; the provider's own status where there is one. */
export function failureWord(t: T, code: FailureCode, status?: number | null): string {
  return status == null ? t(`failure.${code}.short`) : String(status);
}

export interface Said {
  text: string;
  code: string | null;
}

/** What an error of a request means, in words for a person. */
export function useSaid(): (error: unknown) => Said {
  const { t } = useTranslation("executions");
  return useCallback(
    (error) => {
      if (error instanceof OfflineError) return { text: t("failedToRead.offline"), code: null };
      if (isApiError(error)) return { text: error.message, code: error.code };
      return { text: error instanceof Error ? error.message : String(error), code: null };
    },
    [t],
  );
}

/** The end of an id, which tells it from its neighbours: its beginning is the time. */
export function shortId(id: string): string {
  return id.replace(/^(dt_[a-z]+_)\w{12,}(\w{6})$/, "$1…$2");
}

/** `simulator:claude-sonnet-5-5` as its two parts. */
export function modelParts(modelId: string): { provider: string; model: string } {
  const colon = modelId.indexOf(":");
  return colon < 0
    ? { provider: "", model: modelId }
    : { provider: modelId.slice(0, colon), model: modelId.slice(colon + 1) };
}

const PROVIDERS: Record<string, string> = { anthropic: "Anthropic", openai: "OpenAI", simulator: "Simulator" };

/** A provider as it writes itself. */
export function providerName(provider: string): string {
  return PROVIDERS[provider] ?? provider;
}
