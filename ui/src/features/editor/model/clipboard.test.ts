// What is copied can be pasted; a plan can be too, and nothing else.

import { describe, expect, it } from "vitest";

import { readSteps, writeSteps } from "./clipboard";
import { readDraft } from "./draft";
import { keepUnsaved, forgetUnsaved, takeUnsaved } from "./unsaved";

const plan = readDraft({
  name: "p",
  steps: [
    { id: "a", prompt: "x", retry: { maxAttempts: 2 } },
    { id: "b", prompt: "{{a.output}}", dependsOn: ["a"], colour: "red" },
  ],
});
const layout = { nodes: { a: { x: 1, y: 2 }, b: { x: 3, y: 4 } }, notes: [] };

describe("the clipboard", () => {
  it("brings back what was copied", () => {
    expect(readSteps(writeSteps(plan, layout, new Set(["b"])))).toEqual({
      steps: [plan.steps[1]],
      positions: { b: { x: 3, y: 4 } },
    });
  });

  it("takes a plan, an answer of the API, a list and a single step", () => {
    const step = { id: "a", prompt: "x" };
    for (const value of [{ name: "p", steps: [step] }, { success: true, data: { steps: [step] } }, [step], step]) {
      expect(readSteps(JSON.stringify(value))?.steps).toEqual([step]);
    }
  });

  it("refuses everything else", () => {
    for (const text of ["", "words", "[]", "{}", "7", '{"steps": []}', '{"steps": [{"name": "a"}]}', '[{"id": "a"}]']) {
      expect(readSteps(text), text).toBeNull();
    }
  });
});

describe("what is not saved", () => {
  it("is there at the next start, until it is saved", () => {
    keepUnsaved("p1", { plan, layout, revision: 3, atMs: 9 });
    expect(takeUnsaved("p1")).toEqual({ plan, layout, revision: 3, atMs: 9 });
    expect(takeUnsaved("p2")).toBeNull();
    forgetUnsaved("p1");
    expect(takeUnsaved("p1")).toBeNull();
  });

  it("is not read where it is broken", () => {
    localStorage.setItem("planloom.unsaved.p1", "{");
    expect(takeUnsaved("p1")).toBeNull();
  });

  it("of another window is not thrown away", () => {
    localStorage.setItem("planloom.unsaved.p1", JSON.stringify({ owner: "other", document: {}, layout: {} }));
    forgetUnsaved("p1");
    expect(localStorage.getItem("planloom.unsaved.p1")).not.toBeNull();
    localStorage.removeItem("planloom.unsaved.p1");
  });
});
