// Frames put in their place: only what they concern changes.

import { describe, expect, it } from "vitest";

import { folded } from "./fold";
import type { Frame } from "./frames";
import type { Execution, StepView } from "./types";

const step = (status: StepView["status"], taskId: string): StepView => ({ status, taskId });

function execution(): Execution {
  const usage = { input: 0, output: 0, total: 0, totalCost: 0 };
  const progress = { total: 2, completed: 0, running: 1, pending: 1, failed: 0 };
  return {
    id: "dt_exec_1",
    planId: "dt_plan_1",
    planVersion: 1,
    planName: "sample",
    status: "running",
    progress,
    usage,
    createdAt: "2026-11-24T10:00:00.000Z",
    input: { a: 1 },
    steps: { one: step("running", "t1"), two: step("pending", "t2") },
  };
}

const head = (status: Execution["status"]): Frame => {
  const { steps, input, ...data } = { ...execution(), status };
  void steps;
  void input;
  return { kind: "execution", data };
};

describe("folded", () => {
  it("changes only the step that a frame is of", () => {
    const before = execution();
    const data = { executionId: before.id, stepId: "one", step: step("completed", "t1") };
    const after = folded(before, [{ kind: "task", data }]);
    expect(after.steps?.["one"]?.status).toBe("completed");
    expect(after.steps?.["two"]).toBe(before.steps?.["two"]);
    expect(before.steps?.["one"]?.status).toBe("running");
    expect(Object.keys(after.steps ?? {})).toEqual(["one", "two"]);
  });

  it("keeps steps and input when the head changes", () => {
    const before = execution();
    const after = folded(before, [head("paused")]);
    expect(after.status).toBe("paused");
    expect(after.steps).toBe(before.steps);
    expect(after.input).toBe(before.input);
  });

  it("gives the same object back when nothing concerns it", () => {
    const before = execution();
    const other: Frame = { kind: "task", data: { executionId: "dt_exec_2", stepId: "one", step: step("failed", "x") } };
    expect(folded(before, [other, { kind: "end", data: { executionId: before.id, status: "running" } }])).toBe(before);
  });

  it("takes the last of many frames, and a snapshot throws away what was before it", () => {
    const before = execution();
    const task = (status: StepView["status"]): Frame => ({
      kind: "task",
      data: { executionId: before.id, stepId: "two", step: step(status, "t2") },
    });
    expect(folded(before, [task("queued"), task("running"), head("running")]).steps?.["two"]?.status).toBe("running");
    const snapshot: Frame = { kind: "snapshot", data: execution() };
    expect(folded(before, [task("running"), snapshot]).steps?.["two"]?.status).toBe("pending");
    expect(folded(before, [snapshot, task("running")]).steps?.["two"]?.status).toBe("running");
  });
});
