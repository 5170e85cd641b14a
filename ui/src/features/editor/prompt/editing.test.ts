// What the editors stand on: colours after each change as from the whole text, sizes, places of problems, JSON.

import { ChangeSet, EditorState } from "@codemirror/state";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import type { Problem } from "../../../api/types";
import { placeOf, sentenceOf } from "./diagnostics";
import { readJsonObject } from "./JsonEditor";
import { bounded, bytesField, bytesOf, refused } from "./size";
import { codeAt, coloured, templateTags } from "./tokens";
import { smallestChange } from "./useCodeMirror";

const piece = fc.constantFrom(
  "{{ a.output }}",
  "{{",
  "}}",
  "{%",
  "%}",
  "{#",
  "#}",
  "{",
  "}",
  "'",
  "a",
  " ",
  "\n",
  "{% raw %}",
  "{% endraw %}",
  "x ".repeat(3_000),
);
const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(""));

describe("colours", () => {
  it("after any changes are those of the whole text", () => {
    const edit = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      length: fc.nat(40),
      insert: fc.array(piece, { maxLength: 3 }),
    });
    fc.assert(
      fc.property(text, fc.array(edit, { minLength: 1, maxLength: 6 }), (start, edits) => {
        let state = EditorState.create({ doc: start, extensions: templateTags });
        for (const { at, length, insert } of edits) {
          const from = Math.floor(at * state.doc.length);
          const to = Math.min(state.doc.length, from + length);
          state = state.update({ changes: { from, to, insert: insert.join("") } }).state;
          const fresh = EditorState.create({ doc: state.doc, extensions: templateTags });
          expect(coloured(state)).toEqual(coloured(fresh));
        }
      }),
      { numRuns: 300 },
    );
  });

  it("after several changes at once, too", () => {
    const doc = `${"word ".repeat(2_000)}{{ a }}${"word ".repeat(2_000)}{{ b }} end`;
    const state = EditorState.create({ doc, extensions: templateTags });
    const changes = ChangeSet.of(
      [
        { from: 3, insert: "{{ c }}" },
        { from: doc.length - 3, insert: "{% if d %}" },
      ],
      doc.length,
    );
    const after = state.update({ changes }).state;
    expect(coloured(after)).toEqual(coloured(EditorState.create({ doc: after.doc, extensions: templateTags })));
    expect(coloured(after)).toHaveLength(4);
  });

  it("know in which code the caret is", () => {
    const doc = "a {{ one }} b {# no #} {{ tw";
    const state = EditorState.create({ doc, extensions: templateTags });
    expect(codeAt(state, 1)).toBeNull();
    expect(codeAt(state, 6)).toBe(2);
    expect(codeAt(state, 12)).toBeNull();
    expect(codeAt(state, 18)).toBeNull();
    expect(codeAt(state, doc.length)).toBe(doc.indexOf("{{ tw"));
  });
});

describe("sizes", () => {
  const of = (doc: string, longest: number) => EditorState.create({ doc, extensions: bounded(longest) });

  it("are kept in bytes as the text changes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string({ unit: "grapheme" }), fc.nat(20), (doc, insert, at) => {
        const state = of(doc, 1 << 20);
        // A caret stands before or behind a character, never inside of one.
        const from = [...doc].slice(0, at).join("").length;
        const after = state.update({ changes: { from, to: state.doc.length, insert } }).state;
        expect(after.field(bytesField)).toBe(bytesOf(after.doc.toString()));
      }),
    );
  });

  it("beyond the bound nothing is inserted, and the editor hears why", () => {
    const state = of("é".repeat(4), 10);
    const tooMuch = state.update({ changes: { from: 0, insert: "abc" }, userEvent: "input.paste" });
    expect(tooMuch.docChanged).toBe(false);
    expect(tooMuch.effects.some((effect) => effect.is(refused) && effect.value === "size")).toBe(true);
    expect(state.update({ changes: { from: 0, insert: "ab" }, userEvent: "input.paste" }).docChanged).toBe(true);
  });

  it("a text that is too long already may get shorter, and the plan's own undo is never refused", () => {
    const state = of("x".repeat(20), 10);
    expect(state.update({ changes: { from: 0, to: 2 }, userEvent: "delete" }).docChanged).toBe(true);
    expect(state.update({ changes: { from: 0, insert: "abc" } }).docChanged).toBe(true);
  });
});

describe("the smallest change", () => {
  it("makes one text of the other and touches no half of a character", () => {
    const short = fc.string({ unit: fc.constantFrom("a", "b", "é", "😀", "😁", "\n"), maxLength: 12 });
    fc.assert(
      fc.property(short, short, (from, to) => {
        const change = smallestChange(from, to);
        if (!change) {
          expect(from).toBe(to);
          return;
        }
        expect(from.slice(0, change.from) + change.insert + from.slice(change.to)).toBe(to);
        for (const part of [change.insert, from.slice(change.from, change.to)])
          expect(part).not.toMatch(/^[\udc00-\udfff]|[\ud800-\udbff]$/);
      }),
    );
  });
});

describe("problems", () => {
  const at = (message: string): Problem => ({
    code: "UNKNOWN_REFERENCE",
    severity: "error",
    field: "steps[0].prompt",
    rule: "x",
    message,
  });

  it("stand at the name that they are about, counted in characters", () => {
    const { doc } = EditorState.create({ doc: "first\n😀 {{ complience.output }}" });
    const place = placeOf(at("Line 2, column 6: `complience` is no step."), doc);
    expect(place && doc.sliceString(place.from, place.to)).toBe("complience.output");
    expect(sentenceOf(at("Line 2, column 6: `complience` is no step."))).toBe("`complience` is no step.");
  });

  it("of a whole text have no place, and an old place does not leave the text", () => {
    const { doc } = EditorState.create({ doc: "short" });
    expect(placeOf(at("The step needs a prompt."), doc)).toBeNull();
    expect(placeOf(at("Line 9, column 90: gone."), doc)).toEqual({ from: 5, to: 5 });
  });
});

describe("JSON", () => {
  it("is an object, nothing, or said to be neither", () => {
    expect(readJsonObject('{"a": 1}')).toEqual({ outcome: "object", value: { a: 1 } });
    expect(readJsonObject("  \n")).toEqual({ outcome: "empty" });
    expect(readJsonObject("[1]")).toEqual({ outcome: "notObject" });
    expect(readJsonObject('{\n  "a": 1,\n  b\n}')).toEqual({ outcome: "broken", line: 3 });
    expect(readJsonObject('{\n  "a": 1')).toMatchObject({ outcome: "broken" });
  });
});
