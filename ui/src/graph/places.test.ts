import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { Position } from "../api/types";
import { aPlan } from "./aPlan";
import { elkGraph, ontoLoom } from "./elk";
import { aligned } from "./guides";
import { boxOf, COLUMN, gridded, NODE_HEIGHT, NODE_WIDTH, overlaps, ROW, WARP, zoomLevel } from "./measures";
import { around, byLevels, placeNew, placesOf, stepAt } from "./places";
import { levels } from "./threads";

const EMPTY = { nodes: {}, notes: [] };

function expectApart(places: ReadonlyMap<string, Position>) {
  const boxes = [...places.values()].map(boxOf);
  for (const [index, box] of boxes.entries()) {
    for (const other of boxes.slice(index + 1)) expect(overlaps(box, other)).toBe(false);
  }
}

describe("places on the loom", () => {
  it("the grid is 8 px, and never says minus nothing", () => {
    expect(gridded(3.9, -3.9)).toEqual({ x: 0, y: 0 });
    expect(gridded(13, 21)).toEqual({ x: 16, y: 24 });
    expect(Object.is(gridded(-1, 0).x, 0)).toBe(true);
  });

  it("zoom levels begin where the look says", () => {
    expect([0.29, 0.3, 0.59, 0.6].map(zoomLevel)).toEqual(["far", "middle", "middle", "near"]);
  });

  it("a layout decides, and what it does not say finds a free place", () => {
    fc.assert(
      fc.property(aPlan, fc.nat({ max: 14 }), (plan, known) => {
        const all = byLevels(plan);
        const nodes = Object.fromEntries([...all].slice(0, known));
        const places = placesOf(plan, { nodes, notes: [] });
        expect([...places.keys()].toSorted()).toEqual(plan.map(({ id }) => id).toSorted());
        for (const [id, place] of Object.entries(nodes)) expect(places.get(id)).toEqual(place);
        expectApart(places);
      }),
    );
  });

  it("levels stand in columns on warp lines, and threads go to the right", () => {
    fc.assert(
      fc.property(aPlan, (plan) => {
        const places = byLevels(plan);
        const level = levels(plan);
        for (const { id, dependsOn } of plan) {
          const place = places.get(id);
          expect(place?.x).toBe((level.get(id) ?? 0) * COLUMN);
          for (const other of dependsOn) expect(places.get(other)?.x).toBeLessThan(place?.x ?? 0);
        }
        expectApart(places);
      }),
    );
  });

  it("a new step stands free and on a warp line, near where it was wished", () => {
    fc.assert(
      fc.property(aPlan, fc.integer({ min: -900, max: 2_000 }), fc.integer({ min: -900, max: 900 }), (plan, x, y) => {
        const place = placeNew(plan, EMPTY, { x, y });
        expect(place.x % WARP === 0 && place.y % 8 === 0).toBe(true);
        for (const box of [...byLevels(plan).values()].map(boxOf)) expect(overlaps(boxOf(place), box)).toBe(false);
      }),
    );
    expect(placeNew([], EMPTY, { x: 10, y: 10 })).toEqual({ x: 0, y: 8 });
  });

  it("thousands of missing places are found at once, below the others", () => {
    const plan = Array.from({ length: 5_000 }, (_, index) => ({ id: `s${index}` }));
    const places = placesOf(plan, { nodes: { s0: { x: 0, y: 0 } }, notes: [] });
    expect(places.size).toBe(5_000);
    expect(places.get("s1")?.y).toBe(ROW);
  });

  it("knows which node a point is on or near", () => {
    const places = new Map([["a", { x: 0, y: 0 }]]);
    expect(stepAt(places, { x: 10, y: 10 }, 0)).toBe("a");
    expect(stepAt(places, { x: NODE_WIDTH + 20, y: NODE_HEIGHT / 2 }, 24)).toBe("a");
    expect(stepAt(places, { x: NODE_WIDTH + 30, y: NODE_HEIGHT / 2 }, 24)).toBeNull();
  });

  it("what ELK says is put onto the loom, without overlaps", () => {
    fc.assert(
      fc.property(aPlan, fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 14, maxLength: 14 }), (plan, ys) => {
        const graph = elkGraph(plan);
        const children = (graph.children ?? []).map((child, index) => ({ ...child, x: 7, y: ys[index] ?? 0 }));
        const places = ontoLoom(plan, { ...graph, children });
        for (const { x } of places.values()) expect(x % COLUMN).toBe(0);
        expectApart(places);
      }),
    );
  });

  it("covers all boxes", () => {
    expect(around([])).toBeNull();
    expect(around([boxOf({ x: 0, y: 0 }), boxOf({ x: 256, y: 144 })])).toEqual({
      x: 0,
      y: 0,
      width: 256 + NODE_WIDTH,
      height: 144 + NODE_HEIGHT,
    });
  });
});

describe("lines to neighbours", () => {
  const neighbour = boxOf({ x: 256, y: 144 });

  it("pulls to a neighbour's edge within reach, and draws one line for boxes of one size", () => {
    const { dx, dy, guides } = aligned(boxOf({ x: 0, y: 141 }), [neighbour], 4);
    expect([dx, dy]).toEqual([0, 3]);
    expect(guides).toEqual([{ axis: "y", at: 144 + NODE_HEIGHT / 2, from: 0, to: 256 + NODE_WIDTH }]);
  });

  it("does nothing beyond it", () => {
    expect(aligned(boxOf({ x: 0, y: 136 }), [neighbour], 4)).toEqual({ dx: 0, dy: 0, guides: [] });
  });

  it("a box of another size is in line by one edge", () => {
    const { guides } = aligned({ x: 256, y: 0, width: 96, height: 48 }, [neighbour], 4);
    expect(guides.map(({ axis, at }) => [axis, at])).toEqual([["x", 256]]);
  });

  it("moves no farther than it may", () => {
    const place = fc.record({ x: fc.integer({ min: 0, max: 600 }), y: fc.integer({ min: 0, max: 600 }) });
    fc.assert(
      fc.property(place, fc.array(place, { maxLength: 6 }), (at, others) => {
        const { dx, dy, guides } = aligned(boxOf(at), others.map(boxOf), 4);
        expect(Math.abs(dx) <= 4 && Math.abs(dy) <= 4).toBe(true);
        for (const { from, to } of guides) expect(from).toBeLessThan(to);
      }),
    );
  });
});
