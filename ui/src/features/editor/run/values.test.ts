import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { type FieldKind, type InputField, fieldsOf, written } from "./fields";
import { firstFault } from "../../../components/jsonFault";
import { buildInput } from "./values";

const field = (name: string, kind: FieldKind, more: Partial<InputField> = {}): InputField => ({
  path: name.split("."),
  name,
  title: null,
  description: null,
  kind,
  choices: [],
  isRequired: true,
  neededBy: [],
  initial: "",
  placeholder: "",
  min: null,
  max: null,
  ...more,
});

describe("the input", () => {
  it("is made of the fields by their kinds", () => {
    const fields = [
      field("customer.name", "text"),
      field("customer.seat", "line"),
      field("n", "integer"),
      field("sure", "flag"),
      field("kind", "choice"),
      field("rows", "json"),
    ];
    const texts = {
      "customer.name": "Halden",
      "customer.seat": "Rostock",
      n: "3",
      sure: "true",
      kind: '"a"',
      rows: "[1]",
    };
    const entries = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, { text }]));
    expect(buildInput(fields, entries)).toEqual({
      input: { customer: { name: "Halden", seat: "Rostock" }, n: 3, sure: true, kind: "a", rows: [1] },
      missing: [],
      faults: new Map(),
    });
  });

  it("lists what is missing, and leaves what may be left out", () => {
    const fields = [field("a", "text"), field("b", "text", { isRequired: false }), field("sure", "flag")];
    const built = buildInput(fields, { a: { text: "  " } });
    expect(built.missing.map(({ name }) => name)).toEqual(["a"]);
    expect(built.input).toEqual({ sure: false });
  });

  it("takes a default that nobody changed, and nothing where it was cleared", () => {
    const fields = [field("law", "line", { isRequired: false, initial: "Germany" })];
    expect(buildInput(fields, {}).input).toEqual({ law: "Germany" });
    expect(buildInput(fields, { law: { text: "" } }).input).toEqual({});
  });

  it("says where a value is wrong", () => {
    const fields = [field("n", "integer"), field("x", "number"), field("rows", "json")];
    const built = buildInput(fields, { n: { text: "1.5" }, x: { text: "many" }, rows: { text: "{\n  a: 1}" } });
    expect(Object.fromEntries(built.faults)).toEqual({
      n: { reason: "notWhole" },
      x: { reason: "notNumber" },
      rows: { reason: "notJson", line: 2, column: 3 },
    });
  });

  it("takes a text to the letter", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }).filter((text) => text.trim() !== ""),
        (text) => {
          expect(buildInput([field("a", "text")], { a: { text } }).input).toEqual({ a: text });
        },
      ),
    );
  });

  it("gives back every JSON value that is written into its field", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = written("json", value);
        expect(JSON.stringify(buildInput([field("a", "json")], { a: { text } }).input["a"])).toBe(
          JSON.stringify(value),
        );
      }),
    );
  });

  it("takes keys of any name", () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("__proto__", "constructor", "a", "b c"), { minLength: 1, maxLength: 3 }),
        (path) => {
          const fields = fieldsOf({}, [{ path, stepId: "s", isRequired: true, isList: false }]);
          const { input } = buildInput(fields, Object.fromEntries(fields.map(({ name }) => [name, { text: "x" }])));
          const found = path.reduce<unknown>((at, key) => Object.getOwnPropertyDescriptor(at, key)?.value, input);
          expect(found).toBe("x");
        },
      ),
    );
  });
});

describe("the place of a fault", () => {
  it("is where the text stops being JSON", () => {
    expect(firstFault('{"a": 1,}')).toEqual({ line: 1, column: 9 });
    expect(firstFault("[1, 2")).toEqual({ line: 1, column: 6 });
    expect(firstFault('{\n"a" 1}')).toEqual({ line: 2, column: 5 });
  });
});
