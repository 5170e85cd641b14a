import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { TaskStatus } from "../api/types";
import { drawingOf, levelsOf, MOST_COLUMNS, MOST_ROWS, statusOfPick } from "./drawing";

const DIAMOND = [
  { id: "a" },
  { id: "b", dependsOn: ["a"] },
  { id: "c", dependsOn: ["a"] },
  { id: "d", dependsOn: ["b", "c", "a"] },
];

describe("the drawing of a plan", () => {
  it("puts steps on the level of their longest path", () => {
    expect([...levelsOf(DIAMOND)]).toEqual([
      ["a", 0],
      ["b", 1],
      ["c", 1],
      ["d", 2],
    ]);
    const drawing = drawingOf(DIAMOND);
    expect(drawing).toMatchObject({ stepCount: 4, levelCount: 3, columnCount: 3, rowCount: 2, heights: [1, 2, 1] });
    expect(drawing.threads).toHaveLength(5);
  });
  it("is empty for no steps and one pick for one", () => {
    expect(drawingOf([])).toMatchObject({
      stepCount: 0,
      levelCount: 0,
      columnCount: 0,
      rowCount: 0,
      picks: [],
      threads: [],
    });
    expect(drawingOf([{ id: "only" }])).toMatchObject({
      levelCount: 1,
      columnCount: 1,
      picks: [{ stepIds: ["only"] }],
    });
  });
  it("merges more than 6 rows and more than 12 columns into longer picks", () => {
    const wide = drawingOf(Array.from({ length: 20 }, (_, index) => ({ id: `s${index}` })));
    expect(wide.picks).toHaveLength(6);
    expect(wide.picks.flatMap((pick) => pick.stepIds)).toHaveLength(20);
    const long = drawingOf(
      Array.from({ length: 30 }, (_, index) => ({ id: `s${index}`, dependsOn: index ? [`s${index - 1}`] : [] })),
    );
    expect(long).toMatchObject({ levelCount: 30, columnCount: 12 });
    expect(long.threads).toHaveLength(11);
  });
  it("is drawn for drafts with cycles and unknown steps too", () => {
    const drawing = drawingOf([
      { id: "a", dependsOn: ["b", "gone"] },
      { id: "b", dependsOn: ["a"] },
      { id: "self", dependsOn: ["self"] },
    ]);
    expect(drawing).toMatchObject({ stepCount: 3, levelCount: 2 });
    expect(drawing.threads).toHaveLength(1);
  });
  it("holds every step once, goes to the right, and keeps its bounds, whatever the plan", () => {
    const plans = fc
      .integer({ min: 0, max: 60 })
      .chain((count) =>
        fc.array(fc.array(fc.integer({ min: 0, max: 70 }), { maxLength: 4 }), { minLength: count, maxLength: count }),
      );
    fc.assert(
      fc.property(plans, (above) => {
        const steps = above.map((ids, index) => ({ id: `s${index}`, dependsOn: ids.map((id) => `s${id}`) }));
        const drawing = drawingOf(steps);
        const drawn = drawing.picks.flatMap((pick) => pick.stepIds).sort();
        expect(drawn).toEqual(steps.map((step) => step.id).sort());
        expect(drawing.columnCount).toBeLessThanOrEqual(MOST_COLUMNS);
        expect(drawing.rowCount).toBeLessThanOrEqual(MOST_ROWS);
        for (const { from, to } of drawing.threads) {
          expect(drawing.picks[from]?.column).toBeLessThan(drawing.picks[to]?.column ?? -1);
        }
      }),
    );
  });
  it("takes 10,000 steps in a moment", () => {
    const steps = Array.from({ length: 10_000 }, (_, index) => ({
      id: `s${index}`,
      dependsOn: index ? [`s${index - 1}`, "s0"] : [],
    }));
    const startMs = performance.now();
    expect(drawingOf(steps).levelCount).toBe(10_000);
    expect(performance.now() - startMs).toBeLessThan(20_000);
  });
  it("shows the most urgent status of what a pick stands for", () => {
    const statuses = new Map<string, TaskStatus>([
      ["a", "completed"],
      ["b", "failed"],
    ]);
    const pick = { column: 0, row: 0, stepIds: ["a", "b"] };
    expect(statusOfPick(pick, statuses)).toBe("failed");
    expect(statusOfPick({ ...pick, stepIds: ["a"] }, statuses)).toBe("completed");
    expect(statusOfPick({ ...pick, stepIds: ["z"] }, statuses)).toBeNull();
  });
});
