import i18next from "i18next";
import { describe, expect, it } from "vitest";

import type { StepView } from "../api/types";
import { conditionWords, shortened, tailOf } from "./condition";
import type { StepData } from "./flow";
import { fullName, saidOfStep, saidOfTask, written } from "./said";

const t = i18next.getFixedT("en", "graph");
const NOW = Date.parse("2026-11-24T14:00:00Z");

function data(view: Partial<StepView> | null, change: Partial<StepData> = {}): StepData {
  return {
    step: { id: "redline", prompt: "Draft  new\nwording.", dependsOn: ["analyze-risk"] },
    mode: "watch",
    model: "opus",
    asks: false,
    problem: null,
    view: view === null ? null : { status: "pending", taskId: "dt_task_1", ...view },
    gist: null,
    expected: null,
    threshold: null,
    isSimulated: false,
    waitsFor: "",
    isEntry: false,
    beadAt: 0,
    beadLook: "rest",
    ...change,
  };
}

const said = (view: Partial<StepView> | null, change: Partial<StepData> = {}, tail: string | null = null) => {
  const { text, left, right } = saidOfTask(data(view, change), { now: NOW, tail }, t);
  return [text, left, right].join(" | ");
};

describe("what a node says", () => {
  it("of a step: its prompt on one line, or its problem", () => {
    expect(saidOfStep(data(null), t)).toEqual({ text: "Draft new wording.", left: "opus", right: "" });
    const problem = { severity: "error" as const, sentence: "No step has that id." };
    expect(saidOfStep(data(null, { problem }), t).text).toBe("No step has that id.");
  });

  it("of a task: what it waits for, does or did", () => {
    expect(said({ status: "pending" }, { waitsFor: "a" })).toBe("Waits for a |  | ");
    const expected = { durationMs: 18_000, cost: 0.05 };
    expect(said(null, { waitsFor: "a b c", expected })).toBe("Waits for 3 steps | ~18 s | ~$0.05");
    expect(said({ status: "queued", queuedReason: { kind: "lane" } })).toBe("Lane default is full |  | ");
    const until = "2026-11-24T14:00:30Z";
    const error = { code: "PROVIDER_OVERLOADED" as const, message: "529 overloaded.", retryable: true, attempt: 1 };
    expect(said({ status: "queued", attempt: 2, error, queuedReason: { kind: "retry", until } })).toBe(
      "Attempt 2 in 30 s. Last: 529 overloaded. |  | ",
    );
    const running = { status: "running" as const, startedAt: "2026-11-24T13:59:50Z" };
    expect(said(running)).toBe("The model has not answered yet | 10.0 s | ");
    expect(said(running, {}, "Four word text here.")).toBe("Four word text here. | 10.0 s | ~5 tok");
    expect(said({ ...running, phase: "score" })).toBe("Scoring the answer | 10.0 s | ");
    expect(said({ status: "failed", error: { ...error, attempt: 3 }, attempt: 3, cost: 0 })).toBe(
      "529 overloaded. | 3 attempts | $0",
    );
    expect(said({ status: "rejected", rejectedReason: "Keep the carve-out." })).toBe("“Keep the carve-out.” |  | ");
    expect(said({ status: "cancelled" })).toBe("Not started |  | ");
    expect(said({ status: "completed", output: "Done.", durationMs: 10_300, attempt: 2, cost: null })).toBe(
      "Done. | 10.3 s · 2 attempts | unknown",
    );
    expect(said({ status: "completed", output: "Done.", cost: 0 }, { isSimulated: true })).toBe(
      "Simulated. Done. | simulator | $0",
    );
  });

  it("of a review: until when, and the score that is cut and not rounded", () => {
    const view = { status: "awaiting_approval" as const, draft: "2 critical.", confidence: 0.789 };
    const timeoutAt = "2026-11-24T14:41:30Z";
    expect(said({ ...view, timeoutAt }, { threshold: 0.85 })).toBe(
      "2 critical. A person decides, due in 41 min. | 0.78 of 0.85 | ",
    );
    expect(said({ ...view, timeoutAt: "2026-11-24T13:00:00Z" })).toContain("overdue");
  });

  it("of a skipped one: why", () => {
    const step = { id: "b", prompt: "", condition: '{{a.output}}.includes("critical")' };
    expect(said({ status: "skipped", skippedReason: "condition" }, { step })).toBe("a does not say “critical” |  | ");
    expect(said({ status: "skipped", skippedReason: "dependencies" })).toContain("All that it depends on");
  });

  it("to screen readers: name, status and what it hangs on", () => {
    const step = { id: "compliance", prompt: "", dependsOn: ["extract", "parties"] };
    expect(fullName(data({ status: "running" }, { step }), "Running", t)).toBe(
      "compliance, Running, depends on extract and parties",
    );
  });

  it("progress is known only where something is expected", () => {
    expect(written(data(null), "text")).toBeNull();
    expect(written(data(null, { expected: { tokens: 4 } }), "text text")).toBe(0.75);
    expect(written(data(null, { expected: { tokens: 1 } }), "text text")).toBe(1);
  });
});

describe("conditions in words", () => {
  it("reads both simple forms, hyphens too", () => {
    const words = { kind: "says", step: "analyze-risk", text: "critical" };
    expect(conditionWords('{{analyze-risk.output}}.includes("critical")')).toEqual(words);
    expect(conditionWords("'critical' in analyze-risk.output")).toEqual(words);
  });

  it("shows the source of all others", () => {
    expect(conditionWords("a.output.total >  3")).toEqual({ kind: "source", source: "a.output.total > 3" });
    expect(conditionWords('not "x" in a.output').kind).toBe("source");
  });
});

describe("long texts", () => {
  it("are cut before they are looked at", () => {
    expect(shortened("word ".repeat(200_000), 10)).toBe("word word…");
    expect(tailOf(`${"word ".repeat(200_000)}end`, 12)).toBe("…word end");
    expect(tailOf("short", 12)).toBe("short");
  });
});
