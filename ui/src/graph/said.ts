// What a node says beside its id: two lines and a foot, in the words of the catalogue. Pure but for the language.

import type { TFunction } from "i18next";

import type { StepView } from "../api/types";
import { about, clock, duration, locale, money, moneyRoughly, number, score, timeLeft } from "../components/format";
import { conditionWords, shortened, tailOf } from "./condition";
import type { CanvasStep, StepData } from "./flow";

type T = TFunction<"graph">;

export interface Said {
  text: string;
  /** A model is writing it at this moment. */
  isTail?: boolean;
  left: string;
  right: string;
}

/** More than two lines of a node can show. */
const MOST = 96;
/** What fits after `…` in two lines. */
const MOST_TAIL = 58;

/** What the running call has written so far, and the time. */
export interface Moment {
  now: number;
  tail: string | null;
}

export function saidOfStep({ step, problem, model }: StepData, t: T): Said {
  const prompt = shortened(step.prompt, MOST) || t("prompt.empty");
  return { text: problem?.severity === "error" ? problem.sentence : prompt, left: model, right: "" };
}

export function saidOfTask(data: StepData, moment: Moment, t: T): Said {
  const { view } = data;
  if (view === null) return ofPending(data, t);
  const { status } = view;
  switch (status) {
    case "pending":
      return ofPending(data, t);
    case "queued":
      return { text: queued(view, data, moment.now, t), left: "", right: spent(view) };
    case "running":
      return ofRunning(view, moment, t);
    case "awaiting_approval": {
      const text = [gist(data), decides(view, moment.now, t)].filter(Boolean).join(" ");
      return { text, left: confidence(view, data.threshold, t), right: spent(view) };
    }
    case "completed": {
      const text = gist(data) || t("said.noOutput");
      const said = data.isSimulated ? t("said.simulated", { gist: text }) : text;
      return { text: said, left: data.isSimulated ? t("said.simulator") : worked(view, t), right: spent(view) };
    }
    case "failed":
      return { text: view.error?.message ?? "", left: attempts(view, t), right: spent(view) };
    case "rejected": {
      const reason = shortened(view.rejectedReason ?? "", MOST);
      return { text: reason && t("said.rejected", { reason }), left: worked(view, t), right: spent(view) };
    }
    case "skipped":
      return { text: skipped(view, data.step, t), left: "", right: "" };
    case "cancelled": {
      const time = view.durationMs;
      const text = time ? t("said.stoppedAfter", { time: duration(time) }) : t("said.notStarted");
      return { text, left: view.usage ? tokensSaid(view.usage.output, t) : "", right: spent(view) };
    }
    default:
      return never(status);
  }
}

function ofPending({ waitsFor, expected }: StepData, t: T): Said {
  const ids = waitsFor === "" ? [] : waitsFor.split(" ");
  const [only] = ids;
  const many = ids.length > 1 ? t("said.waitsForMany", { count: ids.length }) : t("said.ready");
  return {
    text: ids.length === 1 && only !== undefined ? t("said.waitsFor", { id: only }) : many,
    left: expected?.durationMs === undefined ? "" : about(roughly(expected.durationMs)),
    right: expected?.cost == null ? "" : about(moneyRoughly(expected.cost)),
  };
}

function ofRunning(view: StepView, { now, tail }: Moment, t: T): Said {
  const left = view.startedAt === undefined ? "" : duration(Math.max(0, now - Date.parse(view.startedAt)));
  switch (view.phase) {
    case "score":
      return { text: t("said.scoring"), left, right: spent(view) };
    case "repair":
      return { text: t("said.repairing"), left, right: spent(view) };
    case "call":
    case undefined: {
      if (!tail) return { text: t("said.calling"), left, right: "" };
      const right = about(tokensSaid(tokensOfText(tail), t));
      return { text: tailOf(tail, MOST_TAIL), isTail: true, left, right };
    }
    default:
      return never(view.phase);
  }
}

function queued({ queuedReason, attempt, error }: StepView, { step }: StepData, now: number, t: T): string {
  if (!queuedReason) return t("said.ready");
  const { kind, until } = queuedReason;
  const time = until === undefined ? null : timeLeft(Math.max(0, Date.parse(until) - now));
  switch (kind) {
    case "lane":
      return t("said.queuedLane", { lane: step.queue ?? "default" });
    case "rate_limit":
      return time === null ? t("said.queuedRate") : t("said.queuedRateUntil", { time });
    case "retry": {
      const next = time === null ? t("said.queuedRetry", { attempt }) : t("said.queuedRetryIn", { attempt, time });
      return error ? t("said.queuedRetryAfter", { next, message: shortened(error.message, MOST) }) : next;
    }
    case "budget":
      return t("said.queuedBudget");
    default:
      return never(kind);
  }
}

function decides({ timeoutAt }: StepView, now: number, t: T): string {
  if (timeoutAt === undefined) return t("said.decides");
  const left = Date.parse(timeoutAt) - now;
  return left <= 0 ? t("said.overdue") : t("said.decidesUntil", { time: timeLeft(left) });
}

function skipped({ skippedReason }: StepView, { condition }: CanvasStep, t: T): string {
  if (skippedReason === "dependencies") return t("said.dependenciesSkipped");
  const words = condition ? conditionWords(condition) : null;
  return words?.kind === "says" ? t("said.doesNotSay", words) : t("said.conditionFalse");
}

function gist({ gist: given, view }: StepData): string {
  return shortened(given ?? view?.output ?? view?.draft ?? "", MOST);
}

function confidence({ confidence: value }: StepView, threshold: number | null, t: T): string {
  if (value === undefined) return "";
  const said = score(value);
  return threshold === null ? said : t("said.confidence", { score: said, threshold: score(threshold) });
}

function worked(view: StepView, t: T): string {
  const time = view.durationMs === undefined ? "" : duration(view.durationMs);
  return (view.attempt ?? 1) > 1 ? [time, attempts(view, t)].filter(Boolean).join(" · ") : time;
}

/** What is only expected has no tenths. */
function roughly(ms: number): string {
  return ms < 60_000 ? `${number(Math.ceil(ms / 1000))} s` : clock(ms);
}

function attempts({ attempt }: StepView, t: T): string {
  return t("said.attempts", { count: attempt ?? 1 });
}

function spent({ cost, costAtLeast }: StepView): string {
  return cost === undefined ? "" : money(cost, { isAtLeast: costAtLeast ?? false });
}

function tokensSaid(count: number, t: T): string {
  return t("said.tok", { amount: number(count) });
}

/** A provider counts when it is done; until then four characters are a token. */
export function tokensOfText(text: string): number {
  return Math.ceil(text.length / 4);
}

/** How much of what is expected is written; null where nothing is expected. */
export function written({ expected, step }: StepData, tail: string | null): number | null {
  const most = expected?.tokens ?? step.maxTokens ?? null;
  return most === null ? null : Math.min(1, tokensOfText(tail ?? "") / most);
}

/** What a screen reader says of a step: "compliance, Running, depends on extract and parties". */
export function fullName({ step, problem, asks, isSimulated }: StepData, statusWord: string | null, t: T): string {
  const others = [...new Set(step.dependsOn ?? [])];
  return [
    step.id,
    statusWord,
    isSimulated ? t("name.simulated") : null,
    others.length === 0 ? t("name.dependsOnNothing") : t("name.dependsOn", { ids: listed(others) }),
    step.condition ? t("name.condition", { condition: conditionSaid(step.condition, t) }) : null,
    asks ? t("name.asks") : null,
    problem?.sentence ?? null,
  ]
    .filter(Boolean)
    .join(", ");
}

/** Making a format takes longer than using it, and every node is named. */
let listFormat: { language: string; format: Intl.ListFormat } | null = null;

function listed(ids: readonly string[]): string {
  const language = locale();
  if (listFormat?.language !== language) {
    listFormat = { language, format: new Intl.ListFormat(language, { type: "conjunction" }) };
  }
  return listFormat.format.format(ids);
}

export function conditionSaid(condition: string, t: T): string {
  const words = conditionWords(condition);
  return words.kind === "says" ? t("condition.says", words) : t("condition.source", words);
}

function never(value: never): never {
  throw new Error(`Unknown ${String(value)}`);
}
