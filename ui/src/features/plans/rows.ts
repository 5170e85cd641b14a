// Which plans the table shows, and in which order: pure, so that search, filter and sort answer within a key press.

import type { Plan } from "../../api/types";

export const SORTS = ["name", "steps", "execution", "time", "cost", "changed"] as const;
export type Sort = (typeof SORTS)[number];
export type Order = "ascending" | "descending";

export interface Wanted {
  search?: string | undefined;
  tags?: readonly string[] | undefined;
  sort?: Sort | undefined;
  order?: Order | undefined;
}

/** The order that a column starts with: names from A, everything else with the most of it first. */
export function firstOrder(sort: Sort): Order {
  return sort === "name" ? "ascending" : "descending";
}

/** The plans that are wanted, sorted; the newest change first where nothing is said. */
export function rowsOf(plans: readonly Plan[], { search, tags, sort = "changed", order }: Wanted): Plan[] {
  const words = (search ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const found = plans.filter(
    (plan) =>
      (tags ?? []).every((tag) => plan.tags.includes(tag)) && words.every((word) => textOf(plan).includes(word)),
  );
  const sign = (order ?? firstOrder(sort)) === "ascending" ? 1 : -1;
  const valued = found.map((plan) => ({ plan, value: valueOf(plan, sort) }));
  valued.sort((a, b) => {
    const [one, other] = [a.value, b.value];
    // What is not known comes last, whatever the direction.
    if (one === null || other === null) return one === other ? byName(a.plan, b.plan) : one === null ? 1 : -1;
    const by = typeof one === "string" ? collator.compare(one, String(other)) : one - Number(other);
    return by === 0 ? byName(a.plan, b.plan) : sign * by;
  });
  return valued.map(({ plan }) => plan);
}

/** Everything of a plan that can be searched, made once; a changed plan is another object. */
const texts = new WeakMap<Plan, string>();

function textOf(plan: Plan): string {
  const known = texts.get(plan);
  if (known !== undefined) return known;
  const steps = plan.steps.flatMap(({ id, prompt }) => [id, prompt]);
  // A line each, so that no word is found across two of them.
  const text = [plan.name, plan.description ?? "", ...plan.tags, ...steps].join("\n").toLowerCase();
  texts.set(plan, text);
  return text;
}

const collator = new Intl.Collator(undefined, { numeric: true });

function byName(a: Plan, b: Plan): number {
  return collator.compare(a.name, b.name) || (a.id < b.id ? -1 : 1);
}

function valueOf(plan: Plan, sort: Sort): string | number | null {
  switch (sort) {
    case "name":
      return plan.name.toLowerCase();
    case "steps":
      return plan.steps.length;
    case "execution":
      return plan.stats?.lastExecution ? Date.parse(plan.stats.lastExecution.createdAt) : null;
    case "time":
      return plan.stats?.averageDurationMs ?? null;
    case "cost":
      return plan.stats?.averageCost ?? null;
    case "changed":
      return Date.parse(plan.updatedAt);
    default:
      return never(sort);
  }
}

function never(sort: never): never {
  throw new Error(`Unknown column ${String(sort)}`);
}

/** Tags by how many plans have them, the most used first. */
export function tagsOf(plans: readonly Plan[]): { tag: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const plan of plans) for (const tag of plan.tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  const all = [...counts].map(([tag, count]) => ({ tag, count }));
  return all.sort((a, b) => b.count - a.count || a.tag.localeCompare(b.tag));
}
