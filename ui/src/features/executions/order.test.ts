import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { topologicalOrder } from "./order";

describe("topologicalOrder", () => {
  it("leaves a plan that is in order as it is", () => {
    const steps = [{ id: "a" }, { id: "c" }, { id: "b", dependsOn: ["a"] }, { id: "d", dependsOn: ["b", "c"] }];
    expect(topologicalOrder(steps)).toEqual(["a", "c", "b", "d"]);
  });

  it("puts every step below what it depends on, once", () => {
    const plans = fc.array(fc.array(fc.nat(30), { maxLength: 4 }), { maxLength: 30 });
    fc.assert(
      fc.property(plans, fc.array(fc.nat(1_000), { minLength: 30, maxLength: 30 }), (dependencies, shuffle) => {
        const steps = dependencies.map((of, index) => ({
          id: `s${index}`,
          dependsOn: of.filter((other) => other < index).map((other) => `s${other}`),
        }));
        const mixed = steps.map((step, index) => ({ step, at: shuffle[index] ?? 0 }));
        const order = topologicalOrder(mixed.toSorted((a, b) => a.at - b.at).map(({ step }) => step));
        expect(order.toSorted()).toEqual(steps.map((step) => step.id).toSorted());
        for (const { id, dependsOn } of steps) {
          for (const other of dependsOn) expect(order.indexOf(other)).toBeLessThan(order.indexOf(id));
        }
      }),
    );
  });

  it("comes to an end with a circle and with a chain of 10,000", () => {
    expect(
      topologicalOrder([
        { id: "a", dependsOn: ["b"] },
        { id: "b", dependsOn: ["a"] },
      ]).toSorted(),
    ).toEqual(["a", "b"]);
    const chain = Array.from({ length: 10_000 }, (_, index) => ({
      id: `s${index}`,
      dependsOn: index === 9_999 ? [] : [`s${index + 1}`],
    }));
    expect(topologicalOrder(chain)[0]).toBe("s9999");
  });
});
