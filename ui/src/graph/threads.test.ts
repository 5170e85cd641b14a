import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { aPlan } from "./aPlan";
import { byLevels } from "./places";
import { above, below, impossible, levels, type Linked, reaches, refusal, walk } from "./threads";

const steps: Linked[] = [
  { id: "extract" },
  { id: "parties" },
  { id: "risk", dependsOn: ["extract"] },
  { id: "compliance", dependsOn: ["extract", "parties"] },
  { id: "report", dependsOn: ["risk", "compliance"] },
];

describe("threads of a plan", () => {
  it("levels are the longest paths", () => {
    const level = levels(steps);
    expect(steps.map(({ id }) => level.get(id))).toEqual([0, 0, 1, 1, 2]);
  });

  it("names the way by which one leads to another", () => {
    expect(reaches(steps, "extract", "report")).toEqual(["extract", "risk", "report"]);
    expect(reaches(steps, "risk", "compliance")).toBeNull();
    expect(reaches(steps, "unknown", "report")).toBeNull();
  });

  it("refuses what cannot be, and says why", () => {
    expect(refusal(steps, "report", "extract")).toEqual({
      kind: "cycle",
      from: "report",
      to: "extract",
      path: ["extract", "risk", "report"],
    });
    expect(refusal(steps, "extract", "extract")?.kind).toBe("self");
    expect(refusal(steps, "extract", "risk")?.kind).toBe("exists");
    expect(refusal(steps, "parties", "report")).toBeNull();
  });

  it("survives cycles and unknown ids", () => {
    const broken: Linked[] = [
      { id: "a", dependsOn: ["b", "nobody", "a"] },
      { id: "b", dependsOn: ["a"] },
    ];
    expect(above(broken).get("a")).toEqual(["b"]);
    expect(reaches(broken, "a", "b")).toEqual(["a", "b"]);
    expect(levels(broken).size).toBe(2);
    expect(byLevels(broken).size).toBe(2);
  });

  it("impossible is exactly what is refused", () => {
    fc.assert(
      fc.property(aPlan, fc.nat(), (plan, at) => {
        const id = plan[at % plan.length]?.id ?? "";
        const from = impossible(plan, id, "from");
        const to = impossible(plan, id, "to");
        for (const other of plan) {
          expect(from.has(other.id)).toBe(refusal(plan, id, other.id) !== null);
          expect(to.has(other.id)).toBe(refusal(plan, other.id, id) !== null);
        }
      }),
    );
  });

  it("no thread that is not refused closes a cycle", () => {
    fc.assert(
      fc.property(aPlan, fc.nat(), fc.nat(), (plan, a, b) => {
        const from = plan[a % plan.length]?.id ?? "";
        const to = plan[b % plan.length]?.id ?? "";
        if (refusal(plan, from, to) !== null) return;
        const next = plan.map((step) => (step.id === to ? { ...step, dependsOn: [...step.dependsOn, from] } : step));
        const level = levels(next);
        for (const [id, others] of above(next)) {
          for (const other of others) expect(level.get(other)).toBeLessThan(level.get(id) ?? 0);
        }
      }),
    );
  });
});

describe("walking with arrows", () => {
  const places = byLevels(steps);

  it("goes along threads and through columns", () => {
    expect(walk(steps, places, "compliance", "right")).toBe("report");
    expect(["extract", "parties"]).toContain(walk(steps, places, "compliance", "left"));
    const [upper, lower] = ["risk", "compliance"].toSorted((a, b) => (places.get(a)?.y ?? 0) - (places.get(b)?.y ?? 0));
    expect(walk(steps, places, upper ?? "", "down")).toBe(lower);
    expect(walk(steps, places, lower ?? "", "up")).toBe(upper);
  });

  it("stays where nothing follows", () => {
    expect(walk(steps, places, "report", "right")).toBe("report");
    expect(walk(steps, places, "extract", "left")).toBe("extract");
  });

  it("reaches every step of a column by going down from its top", () => {
    fc.assert(
      fc.property(aPlan, (plan) => {
        const at = byLevels(plan);
        const level = levels(plan);
        const column = plan.filter(({ id }) => level.get(id) === 0).map(({ id }) => id);
        const top = column.toSorted((a, b) => (at.get(a)?.y ?? 0) - (at.get(b)?.y ?? 0))[0] ?? "";
        const seen = new Set([top]);
        for (let id = top; ;) {
          const next = walk(plan, at, id, "down");
          if (next === id) break;
          seen.add(next);
          id = next;
        }
        expect(seen).toEqual(new Set(column));
      }),
    );
  });

  it("right and then left comes back to a neighbour", () => {
    fc.assert(
      fc.property(aPlan, fc.nat(), (plan, index) => {
        const id = plan[index % plan.length]?.id ?? "";
        const next = walk(plan, byLevels(plan), id, "right");
        if (next !== id) expect(below(plan).get(id)).toContain(next);
      }),
    );
  });
});
