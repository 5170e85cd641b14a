// Search, filter and sort of the table of plans.

import { describe, expect, it } from "vitest";

import type { Plan } from "../../api/types";
import { rowsOf, tagsOf } from "./rows";

function plan(name: string, more: Partial<Plan> = {}): Plan {
  const at = "2026-11-20T10:00:00.000Z";
  return { id: `dt_plan_${name}`, version: 1, name, steps: [], tags: [], createdAt: at, updatedAt: at, ...more };
}

const plans = [
  plan("claims", {
    tags: ["insurance"],
    stats: { executions: 3, recent: [], averageCost: 0.03 },
    updatedAt: "2026-11-22T00:00:00.000Z",
  }),
  plan("Audit", { tags: ["legal", "de"], description: "Protokoll und Beschlüsse" }),
  plan("board", {
    tags: ["legal"],
    stats: { executions: 1, recent: [], averageCost: 0.31 },
    steps: [{ id: "read-minutes", prompt: "…" }],
  }),
];
const names = (wanted: Parameters<typeof rowsOf>[1]) => rowsOf(plans, wanted).map(({ name }) => name);

describe("rowsOf", () => {
  it("shows the newest change first, and sorts by name without case", () => {
    expect(names({})).toEqual(["claims", "Audit", "board"]);
    expect(names({ sort: "name" })).toEqual(["Audit", "board", "claims"]);
    expect(names({ sort: "name", order: "descending" })).toEqual(["claims", "board", "Audit"]);
  });

  it("puts what is not known last in both directions", () => {
    expect(names({ sort: "cost" })).toEqual(["board", "claims", "Audit"]);
    expect(names({ sort: "cost", order: "ascending" })).toEqual(["claims", "board", "Audit"]);
  });

  it("finds every word somewhere in names, descriptions, tags, steps", () => {
    expect(names({ search: "LEGAL minutes" })).toEqual(["board"]);
    expect(names({ search: "beschl" })).toEqual(["Audit"]);
    expect(names({ search: "legal nothing" })).toEqual([]);
  });

  it("wants all of the chosen tags", () => {
    expect(names({ tags: ["legal"] })).toEqual(["Audit", "board"]);
    expect(names({ tags: ["legal", "de"] })).toEqual(["Audit"]);
  });
});

describe("tagsOf", () => {
  it("counts, the most used first", () => {
    expect(tagsOf(plans)).toEqual([
      { tag: "legal", count: 2 },
      { tag: "de", count: 1 },
      { tag: "insurance", count: 1 },
    ]);
  });
});
