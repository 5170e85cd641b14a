// What the inspector computes: offers of a completion, estimates, words for times, problems of fields.

import { describe, expect, it } from "vitest";

import type { Model, Problem } from "../../../api/types";
import type { DraftPlan, DraftStep } from "../model/draft";
import { timeInWords, unitOf } from "./durations";
import { estimateOf, tokensInOf } from "./estimate";
import { around, offersFor } from "./offers";
import { fieldName, ofThePlan, problemsAt } from "./problems";
import { shared } from "./SharedInspector";

const step = (id: string, dependsOn: string[] = [], more: Partial<DraftStep> = {}): DraftStep => ({
  id,
  prompt: "",
  dependsOn,
  ...more,
});

const clauses = { type: "object", properties: { clauses: { type: "array" }, "due-date": { type: "string" } } };
const plan: DraftPlan = {
  name: "p",
  inputSchema: { type: "object", properties: { contract: { type: "string" } } },
  steps: [
    step("extract", [], { outputSchema: clauses, prompt: "{{ input.contract }} {{ input.law }}" }),
    step("parties"),
    step("compliance", ["extract"]),
    step("report", ["compliance"]),
    step("market"),
  ],
};

describe("offers", () => {
  const offers = offersFor(plan, "compliance", { closesCycle: "closes a cycle" });

  it("are inputs and what is upstream, then what adds a dependency, then what is impossible", () => {
    expect(offers.map(({ text, group }) => `${text} ${group}`)).toEqual([
      "input.contract upstream",
      "input.law upstream",
      "extract.output.clauses upstream",
      "extract.output.due-date upstream",
      "extract.output upstream",
      "parties.output adds",
      "market.output adds",
      "report.output impossible",
    ]);
    expect(offers.at(-1)).toMatchObject({ stepId: "report", note: "closes a cycle" });
  });

  it("hold for a plan of 10,000 steps, and for a cycle that is there already", () => {
    const steps = Array.from({ length: 10_000 }, (_, at) => step(`s${at}`, at === 0 ? [] : [`s${at - 1}`]));
    const many = offersFor({ name: "p", steps }, "s5000", { closesCycle: "closes a cycle" });
    expect(many.length).toBeLessThanOrEqual(2_000);
    expect(many[0]?.text).toBe("s4999.output");
    const ring = [step("a", ["b"]), step("b", ["a"]), step("c", ["gone"])];
    expect([...around(ring, "a").upstream]).toEqual(["b"]);
    expect([...around(ring, "c").upstream]).toEqual([]);
  });
});

const sonnet: Model = {
  alias: "sonnet",
  provider: "anthropic",
  modelId: "claude-sonnet-5-5",
  prices: { input: 2, output: 10 },
  maxOutputTokens: 8_192,
  refusesTemperature: true,
  canRun: true,
};

describe("an estimate", () => {
  it("counts the text, the answers that it inserts, and the answer", () => {
    const writes = step("report", ["extract"], {
      prompt: `${"x".repeat(4_000)}{{ extract.output }}{{ input.a }}`,
      maxTokens: 600,
    });
    const own: DraftPlan = { name: "p", steps: [step("extract", [], { maxTokens: 200 }), writes] };
    // 4,000 letters and two tags of 20 and 13, in fours; then the answer of `extract`.
    expect(tokensInOf(own, writes)).toBe(1_009 + 200);
    const { costUsd, ms } = estimateOf(own, writes, [sonnet]);
    expect(costUsd).toBeCloseTo((1_209 * 2 + 600 * 10) / 1e6, 12);
    expect(ms).toBe(11_000);
  });

  it("is unknown without a price, never 0", () => {
    expect(estimateOf(plan, step("a", [], { model: "ollama:x" }), [sonnet]).costUsd).toBeNull();
    expect(estimateOf(plan, step("a"), [{ ...sonnet, prices: null }]).costUsd).toBeNull();
    expect(estimateOf(plan, step("a"), [{ ...sonnet, prices: { input: 0, output: 0 } }]).costUsd).toBe(0);
  });
});

describe("times", () => {
  it("are said in the largest whole unit", () => {
    expect([300_000, 90_000, 5_400_000, 250, 3_600_000, 172_800_000, 0].map((ms) => timeInWords(ms, String))).toEqual([
      "5 min",
      "90 s",
      "90 min",
      "250 ms",
      "1 h",
      "2 d",
      "0 ms",
    ]);
    expect(unitOf(1_500)).toBe("ms");
  });
});

describe("problems", () => {
  const problem = (field: string): Problem => ({
    code: "VALIDATION_ERROR",
    severity: "error",
    field,
    rule: "r",
    message: field,
  });
  const all = [
    "steps[2].dependsOn[0]",
    "steps[2].prompt",
    "steps[2].retry.maxAttempts",
    "steps[2]",
    "hitl.requiredFor[1]",
    "name",
  ].map(problem);

  it("belong to their field and what is inside of it", () => {
    expect(all.map(fieldName)).toEqual([
      "dependsOn[0]",
      "prompt",
      "retry.maxAttempts",
      "",
      "hitl.requiredFor[1]",
      "name",
    ]);
    expect(problemsAt(all, "retry")).toHaveLength(1);
    expect(problemsAt(all, "dependsOn")).toHaveLength(1);
    expect(problemsAt(all, "prom")).toHaveLength(0);
    expect(ofThePlan(all).map(({ field }) => field)).toEqual(["hitl.requiredFor[1]", "name"]);
  });
});

describe("several steps", () => {
  it("share what all of them have", () => {
    const steps = [step("a", [], { model: "opus" }), step("b", [], { model: "opus" }), step("c")];
    expect(shared(steps.slice(0, 2), ({ model }) => model)).toBe("opus");
    expect(shared(steps, ({ model }) => model)).toBeNull();
    expect(shared(steps, ({ queue }) => queue)).toBeUndefined();
  });
});
