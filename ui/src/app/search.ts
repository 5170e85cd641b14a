// What addresses can say: the search part of each route, read with care because anybody can write an address.

import type { ExecutionStatus } from "../api/types";

type Raw = Record<string, unknown>;

const text = (raw: unknown): string | undefined => (typeof raw === "string" && raw !== "" ? raw : undefined);

function oneOf<const T extends string>(raw: unknown, words: readonly T[]): T | undefined {
  return words.find((word) => word === raw);
}

/** Only what is there, so that an address without a choice stays short. */
function present<T extends Record<string, unknown>>(all: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const kept: Partial<T> = {};
  for (const key of Object.keys(all) as (keyof T)[]) if (all[key] !== undefined) kept[key] = all[key];
  return kept as { [K in keyof T]?: Exclude<T[K], undefined> };
}

export const PLAN_SORTS = ["name", "steps", "execution", "time", "cost", "changed"] as const;
export type PlanSort = (typeof PLAN_SORTS)[number];

export const readPlansSearch = (raw: Raw) =>
  present({
    search: text(raw["search"]),
    tags: Array.isArray(raw["tags"]) ? raw["tags"].filter((tag) => typeof tag === "string") : undefined,
    sort: oneOf(raw["sort"], PLAN_SORTS),
    order: oneOf(raw["order"], ["ascending", "descending"]),
    view: oneOf(raw["view"], ["table", "cards"]),
    archived: raw["archived"] === true ? true : undefined,
  });

export const readEditorSearch = (raw: Raw) =>
  present({
    step: text(raw["step"]),
    tab: oneOf(raw["tab"], ["step", "plan", "run"]),
  });

const STATUSES = [
  "pending",
  "running",
  "paused",
  "completed",
  "failed",
  "cancelled",
] as const satisfies ExecutionStatus[];

export const readExecutionsSearch = (raw: Raw) =>
  present({
    search: text(raw["search"]),
    planId: text(raw["planId"]),
    status: oneOf(raw["status"], STATUSES),
  });

export const readExecutionSearch = (raw: Raw) =>
  present({
    step: text(raw["step"]),
    tab: oneOf(raw["tab"], ["output", "prompt", "attempts", "usage", "marks"]),
  });
