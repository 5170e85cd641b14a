// What each edit does, to the plan that the pictures show and to drafts that are wrong.

import { describe, expect, it } from "vitest";

import { copyIds } from "./copies";
import { type DraftPlan, type EditorDocument, isSamePlan, readDraft, readLayout, toDocument } from "./draft";
import { edit } from "./edit";
import type { Edit } from "./edits";
import { rebased } from "./fixes";
import { idFault } from "./ids";
import { referringTo } from "./references";
import { sketched } from "./sketch";

const plan = readDraft({
  name: "contract-review",
  steps: [
    { id: "extract", prompt: "{{input.contract}}", outputSchema: { type: "object" } },
    { id: "analyze-risk", prompt: "{{extract.output.clauses}}", dependsOn: ["extract"] },
    {
      id: "redline",
      prompt: "{{ analyze-risk.output }} but not analyze-risk",
      system: '{{steps["analyze-risk"].output}}',
      dependsOn: ["analyze-risk"],
      condition: '{{analyze-risk.output}}.includes("critical")',
    },
  ],
  hitl: { requiredFor: ["redline", "analyze-risk"] },
});
const start: EditorDocument = {
  plan,
  layout: { nodes: { extract: { x: 0, y: 0 }, redline: { x: 512, y: 144 } }, notes: [] },
};
const after = (...edits: Edit[]) => edits.reduce(edit, start);
const step = (document: EditorDocument, id: string) => document.plan.steps.find((one) => one.id === id);

describe("reading and writing", () => {
  it("keeps whatever it does not understand", () => {
    const document = {
      name: 5,
      colour: "red",
      steps: [{ id: "a", prompt: "p", dependOn: ["b"], timeoutMs: "soon", retry: { maxAttempts: 2, jitter: true } }],
      defaults: { model: "haiku", speed: 1 },
      hitl: { requiredFor: "a" },
    };
    expect(toDocument(readDraft(document))).toEqual({ ...document, name: 5 });
  });

  it("drops what the server made and what says nothing", () => {
    const view = {
      ...toDocument(plan),
      id: "dt_plan_1",
      version: 3,
      createdAt: "",
      updatedAt: "",
      tags: [],
      layout: {},
    };
    expect(isSamePlan(readDraft(view), plan)).toBe(true);
    expect(toDocument(readDraft({ name: "x", steps: [{ id: "a", prompt: "", dependsOn: [], model: null }] }))).toEqual({
      name: "x",
      steps: [{ id: "a", prompt: "" }],
    });
  });

  it("gives every step an id of its own", () => {
    const read = readDraft({ steps: [{ id: "a" }, { id: "a" }, { prompt: "x" }, "words", { id: "a-2" }] });
    expect(read.steps.map((one) => one.id)).toEqual(["a", "a-3", "step", "step-2", "a-2"]);
    expect(read.steps[3]?.prompt).toBe("words");
  });

  it("reads a layout as far as it is one", () => {
    const note = { id: "n", x: 1, y: 2, width: 3, height: 4, text: "t" };
    expect(readLayout({ nodes: { a: { x: 1, y: 2 }, b: { x: "1" } }, notes: [note, note, {}] })).toEqual({
      nodes: { a: { x: 1, y: 2 } },
      notes: [note],
    });
    expect(readLayout(undefined)).toEqual({ nodes: {}, notes: [] });
  });
});

describe("renaming", () => {
  it("follows through dependencies, templates, conditions, reviews and the layout", () => {
    const { plan: renamed } = after({ kind: "renameStep", id: "analyze-risk", to: "risks" });
    expect(renamed.steps.map((one) => one.id)).toEqual(["extract", "risks", "redline"]);
    expect(renamed.steps[2]).toMatchObject({
      prompt: "{{ risks.output }} but not analyze-risk",
      system: '{{steps["risks"].output}}',
      dependsOn: ["risks"],
      condition: '{{risks.output}}.includes("critical")',
    });
    expect(renamed.hitl?.requiredFor).toEqual(["redline", "risks"]);
    expect(after({ kind: "renameStep", id: "extract", to: "read" }).layout.nodes["read"]).toEqual({ x: 0, y: 0 });
  });

  it("is refused where the id is taken or none", () => {
    for (const to of ["redline", "", "input", "1st", "a-", "x y"]) {
      expect(after({ kind: "renameStep", id: "extract", to })).toBe(start);
    }
    expect(idFault("Loop", plan)).toBe("reserved");
    expect(idFault("a".repeat(65), plan)).toBe("long");
    expect(idFault("extract", plan, "extract")).toBeNull();
  });
});

describe("connecting", () => {
  it("adds a dependency once and closes no cycle", () => {
    const connected = after({ kind: "connect", from: "extract", to: "redline" });
    expect(step(connected, "redline")?.dependsOn).toEqual(["analyze-risk", "extract"]);
    expect(edit(connected, { kind: "connect", from: "extract", to: "redline" })).toBe(connected);
    expect(after({ kind: "connect", from: "redline", to: "extract" })).toBe(start);
    expect(after({ kind: "connect", from: "extract", to: "extract" })).toBe(start);
    const change = { dependsOn: ["redline", "extract"] };
    const set = after({ kind: "changeStep", id: "analyze-risk", change, field: "dependsOn" });
    expect(step(set, "analyze-risk")?.dependsOn).toEqual(["extract"]);
  });

  it("takes a dependency away with its last trace", () => {
    const cut = after({ kind: "disconnect", from: "extract", to: "analyze-risk" });
    expect(step(cut, "analyze-risk")).toEqual({ id: "analyze-risk", prompt: "{{extract.output.clauses}}" });
  });
});

describe("adding, copying and removing", () => {
  it("adds a step between two", () => {
    const grown = after({ kind: "addStep", id: "check", position: { x: 8, y: 8 }, from: "extract", to: "redline" });
    expect(step(grown, "check")).toEqual({ id: "check", prompt: "", dependsOn: ["extract"] });
    expect(step(grown, "redline")?.dependsOn).toEqual(["analyze-risk", "check"]);
    expect(grown.layout.nodes["check"]).toEqual({ x: 8, y: 8 });
    expect(after({ kind: "addStep", id: "extract", position: { x: 0, y: 0 } })).toBe(start);
  });

  it("copies several steps with what they say of each other", () => {
    const ids = ["extract", "analyze-risk"];
    const copied = after({ kind: "duplicateSteps", ids });
    expect(step(copied, "analyze-risk-2")).toEqual({
      id: "analyze-risk-2",
      prompt: "{{extract-2.output.clauses}}",
      dependsOn: ["extract-2"],
    });
    expect(copied.layout.nodes["extract-2"]).toEqual({ x: 32, y: 32 });
    expect([...copyIds(plan, plan.steps.slice(0, 2)).values()]).toEqual(["extract-2", "analyze-risk-2"]);
  });

  it("pastes steps of another plan where it is told", () => {
    const steps = readDraft({
      steps: [
        { id: "extract-2", prompt: "{{extract.output}}", dependsOn: ["extract"] },
        { id: "extract", prompt: "x" },
      ],
    }).steps;
    const positions = { extract: { x: 100, y: 100 }, "extract-2": { x: 356, y: 180 } };
    const pasted = after({ kind: "pasteSteps", steps, positions, at: { x: 0, y: 800 } });
    expect(pasted.plan.steps.slice(3)).toEqual([
      { id: "extract-2", prompt: "{{extract-3.output}}", dependsOn: ["extract-3"] },
      { id: "extract-3", prompt: "x" },
    ]);
    expect(pasted.layout.nodes["extract-2"]).toEqual({ x: 256, y: 880 });
  });

  it("removes a step from all lists, and says who still speaks of it", () => {
    expect(referringTo(plan, new Set(["analyze-risk"]))).toEqual(["redline"]);
    const removed = after({ kind: "removeSteps", ids: ["analyze-risk"] });
    expect(step(removed, "redline")?.dependsOn).toBeUndefined();
    expect(removed.plan.hitl?.requiredFor).toEqual(["redline"]);
    expect(removed.plan.steps[0]).toBe(plan.steps[0]);
  });
});

describe("changing", () => {
  it("leaves alone what it does not touch, and itself where nothing is new", () => {
    const change = { prompt: "{{input.contract}}" };
    expect(after({ kind: "changeStep", id: "extract", change, field: "prompt" })).toBe(start);
    const changed = after({ kind: "changeStep", id: "extract", change: { model: "opus" }, field: "model" });
    expect(changed.plan.steps[1]).toBe(plan.steps[1]);
    expect(changed.layout).toBe(start.layout);
    const back = edit(changed, { kind: "changeStep", id: "extract", change: { model: undefined }, field: "model" });
    expect(isSamePlan(back.plan, plan)).toBe(true);
  });

  it("replaces a value that was not understood", () => {
    const odd = readDraft({ name: "x", steps: [{ id: "a", prompt: "", timeoutMs: "soon" }] });
    const edited = edit(
      { plan: odd, layout: start.layout },
      {
        kind: "changeStep",
        id: "a",
        change: { timeoutMs: 5 },
        field: "timeoutMs",
      },
    );
    expect(toDocument(edited.plan)["steps"]).toEqual([{ id: "a", prompt: "", timeoutMs: 5 }]);
  });
});

describe("fixes", () => {
  const fix = (operations: Extract<Edit, { kind: "applyFix" }>["operations"]): Edit => ({
    kind: "applyFix",
    operations,
    title: "Fix it",
  });

  it("apply whole or not at all", () => {
    const fixed = after(fix([{ op: "add", path: "/steps/2/dependsOn/-", value: "extract" }]));
    expect(step(fixed, "redline")?.dependsOn).toEqual(["analyze-risk", "extract"]);
    expect(fixed.plan.steps[0]).toBe(plan.steps[0]);
    const half = fix([
      { op: "remove", path: "/steps/2/condition" },
      { op: "replace", path: "/steps/9/id", value: "x" },
    ]);
    expect(after(half)).toBe(start);
    expect(after(fix([{ op: "add", path: "/steps/0/dependsOn", value: ["redline"] }]))).toBe(start);
  });

  it("rename a field that was misspelt", () => {
    const odd = {
      plan: readDraft({ name: "x", steps: [{ id: "a", prompt: "", dependOn: [] }] }),
      layout: start.layout,
    };
    const mended = edit(odd, fix([{ op: "move", from: "/steps/0/dependOn", path: "/steps/0/dependsOn" }]));
    expect(mended.plan.steps[0]).toEqual({ id: "a", prompt: "", dependsOn: [] });
  });

  it("follow their step to its new place, and go where it has changed", () => {
    const operations = [{ op: "add" as const, path: "/steps/2/dependsOn/-", value: "extract" }];
    const without = after({ kind: "removeSteps", ids: ["extract"] }).plan;
    expect(rebased(operations, plan, without)).toEqual([{ ...operations[0], path: "/steps/1/dependsOn/-" }]);
    const changed = after({ kind: "connect", from: "extract", to: "redline" }).plan;
    expect(rebased(operations, plan, changed)).toBeNull();
    const typed = after({ kind: "changeStep", id: "redline", change: { prompt: "x" }, field: "prompt" }).plan;
    expect(rebased(operations, plan, typed)).toEqual(operations);
  });
});

describe("the sketch for the canvas", () => {
  it("stays the same while what is written is not shown", () => {
    const long: DraftPlan = { ...plan, steps: plan.steps.map((one) => ({ ...one, prompt: "x".repeat(500) })) };
    const first = sketched(long.steps, null);
    const change = { prompt: `${"x".repeat(500)} and more` };
    const typed = edit(
      { plan: long, layout: start.layout },
      { kind: "changeStep", id: "redline", change, field: "prompt" },
    );
    expect(sketched(typed.plan.steps, first).steps).toBe(first.steps);
    const shown = edit({ plan: long, layout: start.layout }, { kind: "connect", from: "extract", to: "redline" });
    const next = sketched(shown.plan.steps, first).steps;
    expect(next[0]).toBe(first.steps[0]);
    expect(next[2]).not.toBe(first.steps[2]);
  });
});
