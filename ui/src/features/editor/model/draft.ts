// A plan as it is while somebody works on it: every state is allowed, nothing that was written is lost.
//
// What the screens understand has a typed place. What they do not (an unknown key, a value of the wrong type) stays in
// `other` and is written back as it was, so that the engine can name it in its problems.

import type { Layout } from "../../../api/types";

export type JsonObject = { readonly [key: string]: unknown };

export interface DraftRetry {
  readonly maxAttempts?: number;
  readonly backoffMs?: number;
  readonly other?: JsonObject;
}

export interface DraftStep {
  readonly id: string;
  readonly prompt: string;
  readonly system?: string;
  readonly model?: string;
  readonly queue?: string;
  readonly dependsOn?: readonly string[];
  readonly condition?: string;
  readonly timeoutMs?: number;
  readonly retry?: DraftRetry;
  readonly requiresApproval?: boolean;
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly outputSchema?: JsonObject;
  readonly other?: JsonObject;
}

export interface DraftDefaults {
  readonly model?: string;
  readonly queue?: string;
  readonly timeoutMs?: number;
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly retry?: DraftRetry;
  readonly other?: JsonObject;
}

export interface DraftHitl {
  readonly requiredFor?: readonly string[];
  readonly confidenceThreshold?: number;
  readonly timeoutMs?: number;
  readonly notifyChannels?: readonly string[];
  readonly onTimeout?: string;
  readonly evaluator?: string;
  readonly spotCheckRate?: number;
  readonly other?: JsonObject;
}

export interface DraftPlan {
  readonly name: string;
  readonly description?: string;
  readonly steps: readonly DraftStep[];
  readonly tags?: readonly string[];
  readonly inputSchema?: JsonObject;
  readonly defaults?: DraftDefaults;
  readonly hitl?: DraftHitl;
  readonly other?: JsonObject;
}

/** What the editor edits: the plan, and where its steps stand. */
export interface EditorDocument {
  readonly plan: DraftPlan;
  readonly layout: Layout;
}

/** A field of a step that `changeStep` can change; the id has an edit of its own. */
export type StepField = Exclude<keyof DraftStep, "id" | "other">;
export type PlanField = Exclude<keyof DraftPlan, "steps" | "other">;

/** What the server makes of a plan; in a document it says nothing. */
const MADE_BY_SERVER = new Set([
  "id",
  "version",
  "createdAt",
  "updatedAt",
  "archivedAt",
  "layout",
  "draft",
  "draftUpdatedAt",
  "stats",
  "warnings",
]);

export function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const isText = (value: unknown): value is string => typeof value === "string";
const isNumber = (value: unknown): value is number => typeof value === "number";
const isBoolean = (value: unknown): value is boolean => typeof value === "boolean";
const isTexts = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText);

type Check = (value: unknown) => boolean;
type Kinds<T> = { readonly [K in Exclude<keyof T, "other">]-?: Check };

const RETRY: Kinds<DraftRetry> = { maxAttempts: isNumber, backoffMs: isNumber };

const STEP: Kinds<DraftStep> = {
  id: isText,
  prompt: isText,
  system: isText,
  model: isText,
  queue: isText,
  dependsOn: isTexts,
  condition: isText,
  timeoutMs: isNumber,
  retry: isObject,
  requiresApproval: isBoolean,
  maxTokens: isNumber,
  temperature: isNumber,
  outputSchema: isObject,
};

const DEFAULTS: Kinds<DraftDefaults> = {
  model: isText,
  queue: isText,
  timeoutMs: isNumber,
  maxTokens: isNumber,
  temperature: isNumber,
  retry: isObject,
};

const HITL: Kinds<DraftHitl> = {
  requiredFor: isTexts,
  confidenceThreshold: isNumber,
  timeoutMs: isNumber,
  notifyChannels: isTexts,
  onTimeout: isText,
  evaluator: isText,
  spotCheckRate: isNumber,
};

const PLAN: Kinds<DraftPlan> = {
  name: isText,
  description: isText,
  steps: Array.isArray,
  tags: isTexts,
  inputSchema: isObject,
  defaults: isObject,
  hitl: isObject,
};

/** Sorts the keys of an object into those that are understood and the rest. `null` is as good as absent. */
function sorted(
  value: JsonObject,
  kinds: Record<string, Check>,
): { known: Record<string, unknown>; other?: JsonObject } {
  const known: Record<string, unknown> = {};
  const other: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) {
    const check = Object.hasOwn(kinds, key) ? kinds[key] : undefined;
    if (check?.(inner)) known[key] = inner;
    else if (check === undefined || inner !== null) other[key] = inner;
  }
  return Object.keys(other).length > 0 ? { known, other } : { known };
}

/** The casts below stand on `sorted`, which has looked at every value. */
function read<T>(value: unknown, kinds: Record<string, Check>): T | undefined {
  if (!isObject(value)) return undefined;
  const { known, other } = sorted(value, kinds);
  if (isObject(known["retry"])) known["retry"] = read<DraftRetry>(known["retry"], RETRY);
  return (other === undefined ? known : { ...known, other }) as T;
}

function readStep(value: unknown): DraftStep {
  if (!isObject(value)) return { id: "", prompt: typeof value === "string" ? value : "" };
  const step = read<Partial<DraftStep>>(value, STEP) ?? {};
  return { ...step, id: step.id ?? "", prompt: step.prompt ?? "" };
}

/** Reads any document as a plan. The canvas finds steps by id, so a missing or repeated id becomes one of its own. */
export function readDraft(document: unknown): DraftPlan {
  if (!isObject(document)) return { name: "", steps: [] };
  const { known, other: rest } = sorted(document, PLAN);
  const other = Object.fromEntries(Object.entries(rest ?? {}).filter(([key]) => !MADE_BY_SERVER.has(key)));
  const plan = known as Partial<Omit<DraftPlan, "steps" | "defaults" | "hitl">>;
  const defaults = read<DraftDefaults>(known["defaults"], DEFAULTS);
  const hitl = read<DraftHitl>(known["hitl"], HITL);
  return {
    ...plan,
    name: plan.name ?? "",
    steps: withOwnIds((Array.isArray(known["steps"]) ? known["steps"] : []).map(readStep)),
    ...(defaults ? { defaults } : {}),
    ...(hitl ? { hitl } : {}),
    ...(Object.keys(other).length > 0 ? { other } : {}),
  };
}

function withOwnIds(steps: DraftStep[]): DraftStep[] {
  const given = new Set(steps.map((step) => step.id));
  const seen = new Set<string>();
  return steps.map((step) => {
    const isFine = step.id !== "" && !seen.has(step.id);
    const id = isFine
      ? step.id
      : freeId(step.id === "" ? "step" : step.id, (other) => given.has(other) || seen.has(other));
    seen.add(id);
    return isFine ? step : { ...step, id };
  });
}

/** `extract`, else `extract-2`, `extract-3`, …; within the 64 characters that an id may have. */
export function freeId(wanted: string, isTaken: (id: string) => boolean): string {
  if (!isTaken(wanted)) return wanted;
  const stem = wanted.replace(/[-_]?\d+$/, "") || wanted;
  for (let n = 2; ; n += 1) {
    const id = `${stem.slice(0, 63 - String(n).length)}-${n}`;
    if (!isTaken(id)) return id;
  }
}

function written<T extends { readonly other?: JsonObject }>(value: T): JsonObject {
  const { other, ...known } = value;
  return { ...known, ...other };
}

function writtenWithRetry<T extends { readonly other?: JsonObject; readonly retry?: DraftRetry }>(
  value: T,
): JsonObject {
  return value.retry ? { ...written(value), retry: written(value.retry) } : written(value);
}

function writtenStep(step: DraftStep): JsonObject {
  const { dependsOn, ...rest } = step;
  return writtenWithRetry(dependsOn && dependsOn.length > 0 ? step : rest);
}

/** The plan as the API takes it. */
export function toDocument(plan: DraftPlan): Record<string, unknown> {
  const { other, steps, tags, defaults, hitl, ...known } = plan;
  return {
    ...known,
    ...(tags && tags.length > 0 ? { tags } : {}),
    ...(defaults ? { defaults: writtenWithRetry(defaults) } : {}),
    ...(hitl ? { hitl: written(hitl) } : {}),
    steps: steps.map(writtenStep),
    ...other,
  };
}

/** Whether two values of JSON say the same; the order of keys says nothing. */
export function isSame(one: unknown, two: unknown): boolean {
  if (Object.is(one, two)) return true;
  if (Array.isArray(one)) {
    return Array.isArray(two) && one.length === two.length && one.every((item, at) => isSame(item, two[at]));
  }
  if (!isObject(one) || !isObject(two)) return false;
  const keys = Object.keys(one).filter((key) => one[key] !== undefined);
  const others = Object.keys(two).filter((key) => two[key] !== undefined);
  return keys.length === others.length && keys.every((key) => isSame(one[key], two[key]));
}

/** Whether two plans would be published as the same version. */
export function isSamePlan(one: DraftPlan, two: DraftPlan): boolean {
  if (one === two) return true;
  if (one.steps.length !== two.steps.length) return false;
  // Steps that were not touched are the same objects, so this is quick where it is asked at every key.
  const areSteps = one.steps.every((step, at) => {
    const other = two.steps[at];
    return step === other || (other !== undefined && isSame(writtenStep(step), writtenStep(other)));
  });
  return areSteps && isSame(toDocument({ ...one, steps: [] }), toDocument({ ...two, steps: [] }));
}

/** `plan`, with the objects of `known` wherever they say the same, so that nothing is drawn again in vain. */
export function shared(plan: DraftPlan, known: DraftPlan): DraftPlan {
  const byId = new Map(known.steps.map((step) => [step.id, step]));
  const steps = plan.steps.map((step) => {
    const other = byId.get(step.id);
    return other && isSame(writtenStep(step), writtenStep(other)) ? other : step;
  });
  const areSame = steps.length === known.steps.length && steps.every((step, at) => step === known.steps[at]);
  const result = { ...plan, steps: areSame ? known.steps : steps };
  return areSame && isSamePlan(result, known) ? known : result;
}

/** Positions and notes, as far as they can be read. */
export function readLayout(value: unknown): Layout {
  const layout: Layout = { nodes: {}, notes: [] };
  if (!isObject(value)) return layout;
  if (isObject(value["nodes"])) {
    for (const [id, at] of Object.entries(value["nodes"])) {
      if (isObject(at) && isPlace(at["x"]) && isPlace(at["y"])) layout.nodes[id] = { x: at["x"], y: at["y"] };
    }
  }
  for (const note of Array.isArray(value["notes"]) ? value["notes"] : []) {
    if (!isObject(note)) continue;
    const { id, x, y, width, height, text } = note;
    if (!isText(id) || !isPlace(x) || !isPlace(y) || !isPlace(width) || !isPlace(height)) continue;
    if (layout.notes.some((other) => other.id === id)) continue;
    layout.notes.push({ id, x, y, width, height, text: isText(text) ? text : "" });
  }
  return layout;
}

const isPlace = (value: unknown): value is number => isNumber(value) && Number.isFinite(value);
