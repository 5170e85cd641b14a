import { beforeEach, describe, expect, it } from "vitest";

import { EMPTY_FORM, reduceForm, requestOf } from "./form";
import { forgetForm, holdForm, keepForm, MOST_BYTES, recallForm } from "./remembered";

const steps = new Set(["extract", "report"]);

describe("the request", () => {
  it("says nothing beyond the input where nothing was set", () => {
    expect(requestOf(EMPTY_FORM, { a: 1 }, steps, false)).toEqual({ input: { a: 1 } });
  });

  it("says what differs from the plan", () => {
    const form = { ...EMPTY_FORM, budgetUsd: 0.5, threshold: 0.85, requiredFor: ["report", "gone"], timeoutMs: 60_000 };
    expect(requestOf({ ...form, onTimeout: "reject", reviewTimeoutMs: 1000 }, {}, steps, true)).toEqual({
      input: {},
      hitl: { requiredFor: ["report"], confidenceThreshold: 0.85, timeoutMs: 1000, onTimeout: "reject" },
      options: { maxCost: 0.5, timeoutMs: 60_000, simulate: true },
    });
  });

  it("clears what the plan says with null", () => {
    expect(requestOf({ ...EMPTY_FORM, threshold: null }, {}, steps, false).hitl).toEqual({ confidenceThreshold: null });
  });
});

describe("the memory of inputs", () => {
  beforeEach(() => {
    forgetForm("p");
    localStorage.clear();
  });

  const entered = (name: string, text: string, form = EMPTY_FORM) =>
    reduceForm(form, { kind: "enter", name, entry: { text, file: { name: "a.txt", bytes: text.length } } });

  it("survives another tab and a restart", () => {
    const form = { ...entered("a", "x"), budgetUsd: 2, threshold: null, simulate: true };
    holdForm("p", form);
    expect(recallForm("p")).toBe(form);
    forgetForm("p");
    keepForm("p", form);
    expect(recallForm("p")).toEqual(form);
  });

  it("leaves out what is too large, the rest stays", () => {
    keepForm("p", entered("big", "x".repeat(MOST_BYTES), entered("small", "y")));
    expect(Object.keys(recallForm("p")?.entries ?? {})).toEqual(["small"]);
  });

  it("is gone when it is forgotten", () => {
    holdForm("p", entered("a", "x"));
    keepForm("p", entered("a", "x"));
    forgetForm("p");
    expect(recallForm("p")).toBeNull();
    expect(localStorage.length).toBe(0);
  });

  it("is read with care", () => {
    for (const kept of [
      "",
      "7",
      "[]",
      '{"entries": 3}',
      '{"entries": {"a": {"text": 1}}, "requiredFor": [1], "onTimeout": "x"}',
    ]) {
      localStorage.setItem("planloom.inputs.p", kept);
      expect(() => recallForm("p")).not.toThrow();
      expect(recallForm("p")?.entries ?? {}).toEqual({});
    }
  });
});
