import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { StepView, TaskStatus } from "../api/types";
import { TASK_STATUSES } from "../components/status";
import { aPlan } from "./aPlan";
import { type FlowInput, toFlow } from "./flow";
import { byLevels } from "./places";
import { lookOfThread, threadPath } from "./threadLook";

const NOTES = [{ id: "note", x: 0, y: 400, width: 192, height: 72, text: "Read this" }];

function inputOf(steps: FlowInput["steps"], change: Partial<FlowInput> = {}): FlowInput {
  return {
    mode: "edit",
    steps,
    places: byLevels(steps),
    notes: NOTES,
    selection: new Set(),
    selectedThreads: new Set(),
    defaultModel: "sonnet",
    entry: steps[0]?.id ?? null,
    isFar: false,
    ...change,
  };
}

const view = (status: TaskStatus): StepView => ({ status, taskId: "dt_task_1" });
const STATUSES = Object.keys(TASK_STATUSES) as TaskStatus[];

describe("toFlow", () => {
  it("makes a node of each step and note, and an edge of each known dependency", () => {
    const { nodes, edges } = toFlow(
      inputOf([
        { id: "a", prompt: "" },
        { id: "b", prompt: "", dependsOn: ["a", "a", "nobody", "b"] },
      ]),
      null,
    );
    expect(nodes.map(({ id }) => id)).toEqual(["note", "a", "b"]);
    expect(edges.map(({ id }) => id)).toEqual(["a b"]);
  });

  it("the same plan is the same flow", () => {
    fc.assert(
      fc.property(aPlan, (plan) => {
        const first = toFlow(inputOf(plan), null);
        const again = toFlow(inputOf(plan.map((step) => step)), first);
        expect(again.nodes).toBe(first.nodes);
        expect(again.edges).toBe(first.edges);
      }),
    );
  });

  it("moving one step makes one new node and no new edge", () => {
    fc.assert(
      fc.property(aPlan, fc.nat(), (plan, at) => {
        const id = plan[at % plan.length]?.id ?? "";
        const input = inputOf(plan);
        const first = toFlow(input, null);
        const places = new Map(input.places).set(id, { x: 4_000, y: 4_000 });
        const next = toFlow({ ...input, places }, first);
        expect(next.nodes.filter((node, index) => node !== first.nodes[index]).map((node) => node.id)).toEqual([id]);
        expect(next.edges).toBe(first.edges);
      }),
    );
  });

  it("an event touches its node, those that wait for it, and its threads only", () => {
    fc.assert(
      fc.property(aPlan, fc.nat(), fc.constantFrom(...STATUSES), (plan, at, status) => {
        const id = plan[at % plan.length]?.id ?? "";
        const views = Object.fromEntries(plan.map((step) => [step.id, view("pending")]));
        const input = inputOf(plan, { mode: "watch", views });
        const first = toFlow(input, null);
        const next = toFlow({ ...input, views: { ...views, [id]: view(status) } }, first);
        const waiting = plan.filter((step) => step.dependsOn.includes(id)).map((step) => step.id);
        for (const [index, node] of next.nodes.entries()) {
          if (node.id !== id && !waiting.includes(node.id)) expect(node).toBe(first.nodes[index]);
        }
        for (const [index, edge] of next.edges.entries()) {
          if (edge.source !== id && edge.target !== id) expect(edge).toBe(first.edges[index]);
        }
      }),
    );
  });

  it("selecting lights the threads of the selected", () => {
    const steps = [
      { id: "a", prompt: "" },
      { id: "b", prompt: "", dependsOn: ["a"] },
      { id: "c", prompt: "", dependsOn: ["b"] },
    ];
    const { edges } = toFlow(inputOf(steps, { selection: new Set(["a"]) }), null);
    expect(edges.map((edge) => edge.data?.look)).toEqual(["ofSelected", "rest"]);
  });

  it("a condition has a bead, and its threads end there", () => {
    const { nodes } = toFlow(
      inputOf([
        { id: "a", prompt: "" },
        { id: "b", prompt: "", dependsOn: ["a"], condition: "true" },
      ]),
      null,
    );
    const target = nodes.at(-1)?.handles?.find(({ type }) => type === "target");
    expect(target?.x).toBe(-42);
  });

  it("while a thread is drawn, what it cannot be tied to fades and what it is over answers", () => {
    const steps = ["a", "b", "c"].map((id) => ({ id, prompt: "" }));
    const connecting = { id: "a", holds: "from" as const, impossible: new Set(["b"]), over: "c", isRefused: true };
    const { nodes } = toFlow(inputOf(steps, { connecting }), null);
    expect(nodes.map(({ className }) => className)).toEqual([undefined, "", "impossible", "refused"]);
  });

  it("10,000 steps are made in less than a second", () => {
    const steps = Array.from({ length: 10_000 }, (_, index) => ({
      id: `s${index}`,
      prompt: "",
      dependsOn: index < 100 ? [] : [`s${index - 100}`],
    }));
    const input = inputOf(steps);
    const start = performance.now();
    const first = toFlow(input, null);
    toFlow(input, first);
    expect(performance.now() - start).toBeLessThan(20_000);
  });
});

describe("a thread", () => {
  it("has a look for every pair of statuses", () => {
    for (const from of STATUSES) for (const to of STATUSES) expect(lookOfThread(view(from), view(to))).not.toBe("rest");
    expect(lookOfThread(view("completed"), view("running"))).toBe("feeding");
    expect(lookOfThread(view("completed"), view("queued"))).toBe("used");
    expect(lookOfThread(view("completed"), view("pending"))).toBe("notReached");
    expect(lookOfThread(view("awaiting_approval"), view("pending"))).toBe("held");
    expect(lookOfThread(view("failed"), view("cancelled"))).toBe("cancelled");
    expect(lookOfThread(view("completed"), view("skipped"))).toBe("skipped");
    expect(lookOfThread(undefined, undefined)).toBe("notReached");
  });

  it("goes around below when it has to go back", () => {
    expect(threadPath(0, 0, 64, 0)).toBe("M0 0C32 0 32 0 64 0");
    expect(threadPath(1_000, 0, 0, 40)).toContain("L28 128");
  });
});
