import { describe, expect, it } from "vitest";

import { exampleOf, fieldsOf, type InputUse } from "./fields";

const use = (path: string, stepId = "a", more: Partial<InputUse> = {}): InputUse => ({
  path: path.split("."),
  stepId,
  isRequired: true,
  isList: false,
  ...more,
});

const shown = (plan: { inputSchema?: unknown }, uses: InputUse[]) =>
  fieldsOf(plan, uses).map(({ name, kind, isRequired, neededBy }) => ({
    name,
    kind,
    isRequired,
    neededBy: neededBy.join(),
  }));

describe("fields from templates", () => {
  it("are texts, one for each place, with the steps that need it", () => {
    expect(shown({}, [use("contract"), use("contract", "b"), use("law", "b", { isRequired: false })])).toEqual([
      { name: "contract", kind: "text", isRequired: true, neededBy: "a,b" },
      { name: "law", kind: "text", isRequired: false, neededBy: "b" },
    ]);
  });

  it("are required where one of the uses cannot do without", () => {
    expect(shown({}, [use("x", "a", { isRequired: false }), use("x", "b")])[0]?.isRequired).toBe(true);
  });

  it("keep nested places apart, and make one of a value and its inside", () => {
    expect(shown({}, [use("customer.name"), use("customer.seat")]).map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      "customer.name text",
      "customer.seat text",
    ]);
    expect(shown({}, [use("customer.name"), use("customer", "b")])).toEqual([
      { name: "customer", kind: "json", isRequired: true, neededBy: "a,b" },
    ]);
  });

  it("take lists as JSON", () => {
    expect(shown({}, [use("items.0.price")])[0]).toMatchObject({ name: "items", kind: "json" });
    expect(shown({}, [use("rows", "a", { isList: true })])[0]).toMatchObject({ name: "rows", kind: "json" });
  });

  it("leave the input as a whole out", () => {
    expect(fieldsOf({}, [{ ...use("x"), path: [] }])).toEqual([]);
  });

  it("name odd keys as the API does", () => {
    expect(shown({}, [{ ...use("x"), path: ["odd key", "b"] }])[0]?.name).toBe('["odd key"].b');
  });
});

describe("fields from a schema", () => {
  const inputSchema = {
    type: "object",
    required: ["contract", "n", "sure", "kind"],
    $defs: { place: { type: "string", title: "Place", maxLength: 40 } },
    properties: {
      contract: { type: "string", title: "Contract", contentMediaType: "text/plain", examples: ["A\nB"] },
      n: { type: "integer", minimum: 1, maximum: 9 },
      share: { type: ["number", "null"] },
      sure: { type: "boolean" },
      kind: { enum: ["short", "long"], default: "short" },
      place: { $ref: "#/$defs/place", default: "Luleå" },
      more: { type: "object" },
      any: true,
    },
  };

  it("follow its types", () => {
    expect(shown({ inputSchema }, []).map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      "contract text",
      "n integer",
      "share number",
      "sure flag",
      "kind choice",
      "place line",
      "more json",
      "any json",
    ]);
  });

  it("need nothing where there is a default, and begin with it", () => {
    const fields = fieldsOf({ inputSchema }, [use("place.length", "b")]);
    const kind = fields.find((field) => field.name === "kind");
    expect(kind).toMatchObject({ isRequired: false, initial: '"short"', choices: ["short", "long"] });
    const place = fields.find((field) => field.name === "place");
    expect(place).toMatchObject({ isRequired: false, initial: "Luleå", title: "Place", neededBy: ["b"] });
  });

  it("are joined by what templates use beyond it, unless it is closed", () => {
    expect(shown({ inputSchema }, [use("law")]).at(-1)).toMatchObject({ name: "law", kind: "text" });
    const closed = { ...inputSchema, additionalProperties: false };
    expect(shown({ inputSchema: closed }, [use("law")]).map(({ name }) => name)).not.toContain("law");
  });

  it("are required where a template needs what the schema leaves open", () => {
    expect(shown({ inputSchema }, [use("more.x", "b")]).find(({ name }) => name === "more")).toMatchObject({
      isRequired: true,
      neededBy: "b",
    });
  });

  it("give their examples", () => {
    const [contract] = fieldsOf({ inputSchema }, []);
    expect(contract && exampleOf({ inputSchema }, contract)).toBe("A\nB");
    const whole = { properties: { n: { type: "integer" } }, examples: [{ n: 3 }] };
    const [n] = fieldsOf({ inputSchema: whole }, []);
    expect(n && exampleOf({ inputSchema: whole }, n)).toBe("3");
  });

  it("survive whatever a draft says", () => {
    for (const odd of [
      null,
      1,
      "x",
      [],
      { properties: 3 },
      { properties: { a: 7 } },
      { properties: { a: { $ref: "#/properties/a" } } },
    ]) {
      expect(() => fieldsOf({ inputSchema: odd }, [use("a")])).not.toThrow();
    }
  });
});
