// Whatever is done can be undone, all of it; whatever is undone can be done again; and nothing that is done leaves a
// plan with a cycle or two steps of one id.

import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { type DraftPlan, type DraftStep, type EditorDocument, toDocument } from "./draft";
import type { Edit } from "./edits";
import { begin, type History, perform, redo, undo } from "./history";
import { hasCycle } from "./links";

const IDS = ["a", "b", "c", "d", "e-1", "e-2", "F_x"];
const id = fc.constantFrom(...IDS);
const ids = fc.uniqueArray(id, { maxLength: 4 });
const position = fc.record({ x: fc.integer({ min: -500, max: 500 }), y: fc.integer({ min: -500, max: 500 }) });
const positions = fc.dictionary(fc.constantFrom(...IDS, "n1", "n2"), position, { maxKeys: 4 });
const prompt = fc
  .array(
    fc.oneof(
      id.map((one) => `{{${one}.output}}`),
      fc.constantFrom("words ", "{{input.x}}", "{{"),
    ),
    {
      maxLength: 4,
    },
  )
  .map((parts) => parts.join(" "));
const steps = fc.uniqueArray(fc.record({ id, prompt, dependsOn: ids }, { requiredKeys: ["id", "prompt"] }), {
  selector: (step: DraftStep) => step.id,
  maxLength: 5,
});
/** As a plan may be: each step depends only on those before it. */
const plan: fc.Arbitrary<DraftPlan> = steps.map((some) => ({
  name: "p",
  steps: some.map(({ dependsOn, ...step }, at) => {
    const before = new Set(some.slice(0, at).map((one) => one.id));
    const own = dependsOn?.filter((other) => before.has(other)) ?? [];
    return own.length > 0 ? { ...step, dependsOn: own } : step;
  }),
}));
const note = fc.record({
  id: fc.constantFrom("n1", "n2"),
  x: fc.nat(99),
  y: fc.nat(99),
  width: fc.nat(99),
  height: fc.nat(99),
  text: fc.string({ maxLength: 5 }),
});
const operation = fc.record({
  op: fc.constantFrom("add" as const, "remove" as const, "replace" as const),
  path: fc.constantFrom("/steps/0", "/steps/1/id", "/steps/0/dependsOn", "/steps/0/dependsOn/-", "/name", "/steps/-"),
  value: fc.oneof(id, ids, fc.record({ id, prompt, dependsOn: ids }), fc.constant(7)),
});
const anyEdit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ kind: fc.constant("addStep" as const), id, position }),
  fc.record({ kind: fc.constant("addStep" as const), id, position, from: id, to: id }),
  fc.record({ kind: fc.constant("removeSteps" as const), ids }),
  fc.record({
    kind: fc.constant("changeStep" as const),
    id,
    change: fc.record({ prompt }),
    field: fc.constant("prompt"),
  }),
  fc.record({
    kind: fc.constant("changeStep" as const),
    id,
    change: fc.record({ dependsOn: ids }),
    field: fc.constant("dependsOn"),
  }),
  fc.record({
    kind: fc.constant("changeSteps" as const),
    ids,
    change: fc.record({ dependsOn: ids }),
    field: fc.constant("dependsOn"),
  }),
  fc.record({ kind: fc.constant("renameStep" as const), id, to: fc.oneof(id, fc.constantFrom("new", "input", "")) }),
  fc.record({ kind: fc.constantFrom("connect" as const, "disconnect" as const), from: id, to: id }),
  fc.record({ kind: fc.constantFrom("moveItems" as const, "layoutAll" as const), positions }),
  fc.record({ kind: fc.constant("duplicateSteps" as const), ids }),
  fc.record({ kind: fc.constant("pasteSteps" as const), steps, positions, at: position }),
  fc.record({
    kind: fc.constant("changePlan" as const),
    change: fc.record({ name: fc.string(), hitl: fc.record({ requiredFor: ids }) }),
    field: fc.constant("name"),
  }),
  fc.record({ kind: fc.constant("addNote" as const), note }),
  fc.record({
    kind: fc.constant("changeNote" as const),
    id: note.map((one) => one.id),
    change: fc.record({ x: fc.nat(99) }),
  }),
  fc.record({ kind: fc.constant("removeItems" as const), steps: ids, notes: fc.subarray(["n1", "n2"]) }),
  fc.record({
    kind: fc.constant("applyFix" as const),
    operations: fc.array(operation, { maxLength: 2 }),
    title: fc.constant(""),
  }),
  fc.record({ kind: fc.constant("replace" as const), plan, why: fc.constant("theirs" as const) }),
);
const start: fc.Arbitrary<EditorDocument> = plan.map((one) => ({ plan: one, layout: { nodes: {}, notes: [] } }));
/** Time passes between edits, so that writing sometimes goes on and sometimes begins anew. */
const edits = fc.array(fc.tuple(anyEdit, fc.nat(1_500)), { maxLength: 25 });

function played(document: EditorDocument, all: [Edit, number][]): History {
  let nowMs = 0;
  return all.reduce((history, [one, afterMs]) => perform(history, one, (nowMs += afterMs)), begin(document));
}

describe("history", () => {
  it("undoes everything and does it all again", () => {
    fc.assert(
      fc.property(start, edits, (document, all) => {
        const copy = structuredClone(document);
        const end = played(document, all);
        let history = end;
        while (history.past.length > 0) history = undo(history);
        expect(history.present).toBe(document);
        // Nothing was changed in place either.
        expect(document).toEqual(copy);
        while (history.future.length > 0) history = redo(history);
        expect(history.present).toBe(end.present);
        expect(history.past.map((entry) => entry.act)).toEqual(end.past.map((entry) => entry.act));
      }),
      { numRuns: 500 },
    );
  });

  it("never holds a cycle or an id twice", () => {
    fc.assert(
      fc.property(start, edits, (document, all) => {
        let history = begin(document);
        for (const [one] of all) {
          history = perform(history, one, 0);
          const { plan: now } = history.present;
          expect(hasCycle(now.steps), one.kind).toBe(false);
          expect(new Set(now.steps.map((step) => step.id)).size).toBe(now.steps.length);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("keeps the shape of the graph when a step is renamed", () => {
    fc.assert(
      fc.property(start, id, (document, from) => {
        const renamed = perform(begin(document), { kind: "renameStep", id: from, to: "renamed" }, 0).present.plan;
        const shape = ({ steps: all }: DraftPlan) =>
          all.map((step) => (step.dependsOn ?? []).map((other) => all.findIndex((one) => one.id === other)));
        expect(shape(renamed)).toEqual(shape(document.plan));
        const back = perform(begin({ ...document, plan: renamed }), { kind: "renameStep", id: "renamed", to: from }, 0);
        expect(toDocument(back.present.plan)).toEqual(toDocument(document.plan));
      }),
    );
  });
});

describe("writing", () => {
  const one: EditorDocument = {
    plan: {
      name: "p",
      steps: [
        { id: "a", prompt: "" },
        { id: "b", prompt: "" },
      ],
    },
    layout: { nodes: {}, notes: [] },
  };
  const type = (text: string, step = "a", field = "prompt"): Edit => ({
    kind: "changeStep",
    id: step,
    change: { [field]: text },
    field,
  });

  it("is one act until it rests for a second or goes elsewhere", () => {
    let history = begin(one);
    history = perform(history, type("H"), 0);
    history = perform(history, type("Hi"), 900);
    expect(history.past).toHaveLength(1);
    history = perform(history, type("Hi you"), 1_900);
    expect(history.past).toHaveLength(2);
    history = perform(history, type("x", "b"), 1_950);
    history = perform(history, type("s", "b", "system"), 1_960);
    expect(history.past).toHaveLength(4);
    expect(undo(undo(undo(history))).present.plan.steps[0]?.prompt).toBe("Hi");
  });

  it("after an undo is an act of its own", () => {
    let history = perform(perform(begin(one), type("a"), 0), type("b", "b"), 10);
    history = undo(history);
    history = perform(history, type("ab"), 20);
    expect(history.past).toHaveLength(2);
    expect(history.future).toHaveLength(0);
  });

  it("is named", () => {
    const history = perform(begin(one), { kind: "connect", from: "a", to: "b" }, 0);
    expect(history.past.at(-1)?.act).toEqual({ name: "connect", params: { from: "a", to: "b" } });
  });
});
