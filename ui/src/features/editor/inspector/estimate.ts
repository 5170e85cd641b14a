// What one step may cost and take, before anything has run. Pure.
//
// The rule: four bytes of text are a token, as the engine counts where a provider does not say. An answer is expected
// to have 1,200 tokens, or the step's own bound where that is lower, and comes at 60 tokens a second. What earlier
// steps answer counts so too where the prompt inserts it; inputs are only known before a run and count as nothing here.
// A model without prices makes the cost unknown, never 0. The Run tab's dry run is exact about all of this.

import type { Model } from "../../../api/types";
import type { DraftPlan, DraftStep } from "../model/draft";
import { referencesOf } from "../prompt/template";
import { bytesOf } from "../prompt/size";

const BYTES_PER_TOKEN = 4;
const ANSWER_TOKENS = 1_200;
const TOKENS_PER_SECOND = 60;
/** From the request to the first token. */
const FIRST_TOKEN_MS = 1_000;

export interface Estimate {
  tokensIn: number;
  tokensOut: number;
  /** Null: the model's prices are unknown. */
  costUsd: number | null;
  ms: number;
}

export const tokensOfBytes = (bytes: number): number => Math.ceil(bytes / BYTES_PER_TOKEN);

export function modelName(plan: DraftPlan, step: DraftStep): string {
  return step.model ?? plan.defaults?.model ?? "sonnet";
}

export function estimateOf(plan: DraftPlan, step: DraftStep, models: readonly Model[]): Estimate {
  const name = modelName(plan, step);
  const model = models.find(({ alias }) => alias === name);
  const tokensIn = tokensInOf(plan, step);
  const tokensOut = answerTokens(plan, step, model);
  const ms = FIRST_TOKEN_MS + (tokensOut / TOKENS_PER_SECOND) * 1_000;
  const prices = model?.prices;
  const costUsd = prices ? (tokensIn * prices.input + tokensOut * prices.output) / 1_000_000 : null;
  return { tokensIn, tokensOut, costUsd, ms };
}

/** How often each step's answer is inserted. */
type Inserted = ReadonlyMap<string, number>;

/** Steps that were not touched are the same objects; a long prompt is read once. */
const read = new WeakMap<DraftStep, { ownTokens: number; inserted: Inserted }>();

function reading(step: DraftStep) {
  const known = read.get(step);
  if (known) return known;
  const system = step.system ?? "";
  const inserted = new Map<string, number>();
  for (const { root } of [...referencesOf(step.prompt), ...referencesOf(system)]) {
    if (root !== "input") inserted.set(root, (inserted.get(root) ?? 0) + 1);
  }
  const found = { ownTokens: tokensOfBytes(bytesOf(step.prompt) + bytesOf(system)), inserted };
  read.set(step, found);
  return found;
}

export function tokensInOf(plan: DraftPlan, step: DraftStep): number {
  const { ownTokens, inserted } = reading(step);
  if (inserted.size === 0) return ownTokens;
  let sum = ownTokens;
  for (const other of plan.steps) {
    const times = inserted.get(other.id);
    if (times !== undefined) sum += times * Math.min(ANSWER_TOKENS, other.maxTokens ?? ANSWER_TOKENS);
  }
  return sum;
}

function answerTokens(plan: DraftPlan, step: DraftStep, model: Model | undefined): number {
  const bound = step.maxTokens ?? plan.defaults?.maxTokens ?? model?.maxOutputTokens ?? ANSWER_TOKENS;
  return Math.min(ANSWER_TOKENS, bound);
}
