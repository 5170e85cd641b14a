import fc from "fast-check";
import { expect, it } from "vitest";

import { type Counts, countsOfTasks, STITCH_ORDER, stitchesOf, totalOf } from "./progress";

it("has a stitch per task up to 60", () => {
  expect(stitchesOf({ completed: 2, pending: 1 })).toEqual(["completed", "completed", "pending"]);
  expect(stitchesOf({})).toEqual([]);
});

it("shows more than 60 in proportion, and what is there at all keeps one", () => {
  const counts = fc.record(Object.fromEntries(STITCH_ORDER.map((status) => [status, fc.nat({ max: 5000 })])));
  fc.assert(
    fc.property(counts, (given: Counts) => {
      const stitches = stitchesOf(given);
      expect(stitches).toHaveLength(Math.min(60, totalOf(given)));
      const shown = countsOfTasks(stitches);
      for (const status of STITCH_ORDER) expect((shown[status] ?? 0) > 0).toBe((given[status] ?? 0) > 0);
    }),
  );
});
