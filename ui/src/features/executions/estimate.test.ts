import { describe, expect, it } from "vitest";

import type { Step, StepView, TaskStatus } from "../../api/types";
import { estimateOf, type Past } from "./estimate";
import { followedStep } from "./follow";

const NOW = Date.parse("2026-11-24T12:00:00Z");
const step = (id: string, dependsOn: string[] = [], more: Partial<Step> = {}): Step => ({
  id,
  prompt: "p",
  dependsOn,
  ...more,
});
const view = (status: TaskStatus, startedAgoMs?: number): StepView => ({
  status,
  taskId: "t",
  ...(startedAgoMs === undefined ? {} : { startedAt: new Date(NOW - startedAgoMs).toISOString() }),
});
const past = (lengths: Record<string, number>): Past =>
  new Map(Object.entries(lengths).map(([id, durationMs]) => [id, { durationMs, cost: 0, tokens: 0 }]));

describe("estimateOf", () => {
  const plan = [step("a"), step("b", ["a"]), step("c", ["a"]), step("d", ["b", "c"])];

  it("is the longest way to the end", () => {
    const steps = { a: view("running", 4_000), b: view("pending"), c: view("pending"), d: view("pending") };
    const estimate = estimateOf(plan, { steps }, past({ a: 10_000, b: 5_000, c: 20_000, d: 1_000 }), NOW);
    expect(estimate).toMatchObject({ leftMs: 27_000, hasReview: false });
    expect(estimate?.steps.get("d")).toEqual({ startMs: NOW + 26_000, endMs: NOW + 27_000, lengthMs: 1_000 });
  });

  it("counts nothing for what takes longer than the last time", () => {
    const steps = { a: view("running", 60_000), b: view("skipped"), c: view("skipped"), d: view("skipped") };
    expect(estimateOf(plan, { steps }, past({ a: 10_000 }), NOW)?.leftMs).toBe(0);
  });

  it("gives what lies behind a review a length, and no place", () => {
    const steps = { a: view("completed"), b: view("awaiting_approval"), c: view("running", 0), d: view("pending") };
    const estimate = estimateOf(plan, { steps }, past({ a: 1, b: 5_000, c: 2_000, d: 1_000 }), NOW);
    expect(estimate).toMatchObject({ leftMs: 3_000, hasReview: true });
    expect(estimate?.steps.get("d")).toEqual({ startMs: null, endMs: null, lengthMs: 1_000 });
    expect(estimate?.steps.get("b")).toBeUndefined();
  });

  it("knows of reviews that are still to come", () => {
    const reviewed = [step("a", [], { requiresApproval: true }), step("b", ["a"])];
    const steps = { a: view("running", 0), b: view("pending") };
    expect(estimateOf(reviewed, { steps }, past({ a: 1_000, b: 1_000 }), NOW)?.hasReview).toBe(true);
    const asked = estimateOf(
      [step("a")],
      { steps: { a: view("pending") }, hitl: { requiredFor: ["a"] } },
      past({ a: 1 }),
      NOW,
    );
    expect(asked?.hasReview).toBe(true);
  });

  it("says nothing where a step was never seen", () => {
    expect(estimateOf(plan, { steps: { a: view("running", 0) } }, past({}), NOW)).toBeNull();
  });
});

describe("followedStep", () => {
  it("stays while the step runs, then goes to what has run longest, then to a person", () => {
    const steps = { a: view("running", 1_000), b: view("running", 5_000), c: view("awaiting_approval") };
    expect(followedStep(steps, "a")).toBe("a");
    expect(followedStep(steps, null)).toBe("b");
    expect(followedStep({ ...steps, a: view("completed"), b: view("completed") }, "a")).toBe("c");
    expect(followedStep({ a: view("completed") }, "a")).toBeNull();
  });
});
