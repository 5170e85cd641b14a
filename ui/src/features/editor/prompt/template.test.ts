// The reading of templates, by the rules of the spec.

import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { completionAt, type Mode, referencesOf, renameReferences, scanTemplate } from "./template";

const said = (text: string, mode: Mode = "template") =>
  referencesOf(text, mode).map(({ root, path, isOptional, isList }) =>
    [[root, ...path].join("."), isOptional && "optional", isList && "list"].filter(Boolean).join(" "),
  );

describe("references", () => {
  it("are names with what stands behind them", () => {
    expect(said('a {{ input.contract }} b {{extract.output.clauses}} {{ steps["any-id"].output }}')).toEqual([
      "input.contract",
      "extract.output.clauses",
      "any-id.output",
    ]);
  });

  it("may have hyphens, and a minus with spaces subtracts", () => {
    expect(said("{{analyze-risk.output}} {{ input.n - 1 }} {{phase-2a.output}}")).toEqual([
      "analyze-risk.output",
      "input.n",
      "phase-2a.output",
    ]);
    expect(said("{{ input.due-date }} {{ a.output.first-name }}")).toEqual(["input.due-date", "a.output.first-name"]);
  });

  it("are not in text, strings, comments, raw blocks, filters or tests", () => {
    expect(said('extract.output {# {{a.output}} #}{% raw %}{{b.output}}{% endraw %}{{ "c.output" | upper }}')).toEqual(
      [],
    );
    expect(said("{{ x.output | replace(y.output, '') is string }}")).toEqual(["x.output", "y.output"]);
  });

  it("know what a template can do without, and what a loop goes through", () => {
    expect(
      said(
        "{{ input.a | default('x') }}{% if input.b is defined %}{% for c in input.items %}{{ c.name }}{% endfor %}{% endif %}",
      ),
    ).toEqual(["input.a optional", "input.b optional", "input.items list"]);
    expect(said("{% set n = extract.output %}{{ n }}")).toEqual(["extract.output"]);
  });

  it("of conditions, with and without braces", () => {
    expect(said('{{triage.output}}.includes("critical")', "condition")).toEqual(["triage.output"]);
    expect(said('"critical" in analyze-risk.output', "condition")).toEqual(["analyze-risk.output"]);
  });

  it("are found in what is not finished", () => {
    expect(said("{{ extract.output")).toEqual(["extract.output"]);
    expect(said("{{ 'open")).toEqual([]);
    expect(said("{% for")).toEqual([]);
  });
});

describe("renameReferences", () => {
  it("follows in every form and touches nothing else", () => {
    expect(
      renameReferences(
        'extract {{extract.output}} {{ "extract" }} {{ steps["extract"].output }} {{ b.extract }}',
        "extract",
        "read-in",
      ),
    ).toBe('extract {{read-in.output}} {{ "extract" }} {{ steps["read-in"].output }} {{ b.extract }}');
    expect(renameReferences('"x" in a.output and a-b.output', "a", "z", "condition")).toBe(
      '"x" in z.output and a-b.output',
    );
  });

  it("there and back again changes nothing", () => {
    const piece = fc.constantFrom(
      "{{ a.output }}",
      "{{steps['a'].output}}",
      "a",
      "{# a #}",
      "{% if a.output %}",
      "{% endif %}",
      "{{ b-c.output - a.output }}",
      "'",
      "{{",
      "}}",
      "\n",
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join("");
        const there = renameReferences(text, "a", "new_name");
        expect(referencesOf(there).some(({ root }) => root === "a")).toBe(false);
        expect(renameReferences(there, "new_name", "a")).toBe(text);
      }),
    );
  });
});

describe("scan", () => {
  it("never throws, ends, and its tags are in order", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(..."{}%#-. |a1\"'\\[]()=\nis inforset".split("")), maxLength: 60 }),
        (text) => {
          let last = 0;
          for (const { from, to, mentions } of scanTemplate(text)) {
            expect(from).toBeGreaterThanOrEqual(last);
            expect(to).toBeLessThanOrEqual(text.length);
            for (const mention of mentions) expect(text.slice(mention.nameFrom, mention.nameTo)).toBe(mention.name);
            last = to;
          }
          for (const { from, to } of referencesOf(text, "condition")) expect(from).toBeLessThan(to);
        },
      ),
    );
  });

  it("reads a megabyte in one pass, closed or not", { timeout: 30_000 }, () => {
    const text = "Some words. {{ extract.output.clauses }} {% if input.a %}x{% endif %}\n".repeat(15_000);
    expect(referencesOf(text)).toHaveLength(30_000);
    // What goes over the whole text once for each brace does not end here.
    expect(referencesOf("{{ a, \n".repeat(20_000))).toHaveLength(20_000);
    expect(referencesOf("{{ 'a \n".repeat(20_000)).length).toBeLessThan(20_000);
  });
});

// The same pieces by which the engine's own reader is tested (planloom-core, tests/prompt_names.rs).
describe("names are found as the engine finds them", () => {
  const ids = ["a", "a-b", "a-1", "phase-2a", "x--y", "n1-_", "not-a", "is-in", "end"];
  const forms = [
    "@.output",
    'steps["@"].output',
    "steps['@']['output']",
    "@ . output",
    "(@.output)",
    "@.output|trim",
    "@.output | default('no-step')",
    "'' ~ @.output",
    "@.output if 1 - 1 == 0 else 'b-c'",
    "[@.output][0]",
    "{'k-k': @.output}['k-k']",
    "'no' if not @.output else '' ~ (@['output'])",
    "steps.@.output",
  ];
  const others = [
    "{{ input.n - 1 }}",
    "{{ input.n -1 }}",
    "{{input.a-b}}",
    "{{ input.o.x-1 - 1 }}",
    "{{ 1e-3 * 1000 }}",
    "{{ 0x1f-1 }}{{ 5-2 }}{{ 5-(2) }}",
    "{{ 'a-b.output {{ c-d }}' }}",
    '{{ "it\'s \\" {{ q-q" }}',
    "{# {{ c-d }} {% if x-y #}",
    "{% raw %}{{ c-d }}{%if%}{% endraw %}",
    "{%raw%} {# {%endraw%}",
    "{% set v = 3 %}{{ v -1 }}{{ v - 1 }}",
    "{% set _v1 = 3 %}{{ _v1-1 }}",
    "{% set é = 3 %}{{ é-1 }}",
    "{% for a in [1, 2] %}{{ a - 1 }}{{ loop.index-1 }}{% endfor %}",
    "{{ input.s is string }}{{ input.s is not number }}",
    "{{ dict(a=1, end=2).end }}",
    "{{ {'a': {'b': {}}} }}",
    "{{ [1, 2, 3][-1] - 1 }}{{ [[5]].0.0-1 }}",
    "{% if input.n-%} y {%-endif %}",
    "{{ 'x' if input.n -7 else 'z' }}",
  ];
  const spaces = fc.constantFrom("", " ", "\n  ", "\t");
  const reference = fc
    .tuple(fc.constantFrom(...ids), fc.constantFrom(...forms), spaces, spaces)
    .map(([id, form, before, after]) => {
      // As many mentions as the form has; its strings name none.
      const source = `{{${before}${form.replaceAll("@", id)}${after}}}`;
      return {
        source,
        found: form
          .split("@")
          .slice(1)
          .map(() => id),
      };
    });
  const other = fc.constantFrom(...others).map((source) => ({ source, found: [] as string[] }));
  const text = fc
    .string({ unit: fc.constantFrom(..."abz09 .|%}#'\"\né😀-"), maxLength: 8 })
    .map((source) => ({ source, found: [] as string[] }));

  it("in every form, at its place", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(text, reference, other), { maxLength: 10 }), (pieces) => {
        const source = pieces.map((piece) => piece.source).join("");
        const found = referencesOf(source).filter(({ root }) => root !== "input");
        expect(found.map(({ root }) => root)).toEqual(pieces.flatMap((piece) => piece.found));
        for (const { path } of found) expect(path).toEqual(["output"]);
      }),
      { numRuns: 1_000 },
    );
  });

  it("follows each of them to a new id, and back", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(text, reference, other), { maxLength: 10 }),
        fc.constantFrom(...ids),
        (pieces, id) => {
          const source = pieces.map((piece) => piece.source).join("");
          const there = renameReferences(source, id, "brand-new");
          const roots = (of: string) => referencesOf(of).map(({ root }) => root);
          expect(roots(there)).toEqual(roots(source).map((root) => (root === id ? "brand-new" : root)));
          expect(renameReferences(there, "brand-new", id)).toBe(source);
        },
      ),
    );
  });

  it("a variable that is called as a step stands in front of it", () => {
    const loop = "{% for a in a.output %}{{ a.output }}{% else %}{{ a.output }}{% endfor %}{{ a.output }}";
    expect(renameReferences(loop, "a", "z")).toBe(
      "{% for a in z.output %}{{ a.output }}{% else %}{{ z.output }}{% endfor %}{{ z.output }}",
    );
    expect(renameReferences("{% set z = 1 %}{{ a.output }}", "a", "z")).toBe('{% set z = 1 %}{{ steps["z"].output }}');
    expect(renameReferences("{% with a = a.output %}{{ a.b }}{% endwith %}{{ a.output }}", "a", "z")).toBe(
      "{% with a = z.output %}{{ a.b }}{% endwith %}{{ z.output }}",
    );
  });
});

describe("completionAt", () => {
  const at = (text: string, mode: Mode = "template") => {
    const place = text.indexOf("^");
    return completionAt(text.replace("^", ""), place, mode);
  };
  it("knows where a chain is being written", () => {
    expect(at("Duties: {{^")).toMatchObject({ written: "", isClosed: false });
    expect(at("{{ extract.out^ }}")).toMatchObject({ written: "extract.out", isClosed: true });
    expect(at("{{ a-b.o^")).toMatchObject({ written: "a-b.o" });
    expect(at('"x" in tri^', "condition")).toMatchObject({ written: "tri" });
  });
  it("is silent in text, strings and behind a filter's bar", () => {
    for (const text of ["plain ^", "{{ done }} ^", "{{ 'str^", "{{ a | up^", "{{ a.output ^"])
      expect(at(text), text).toBeNull();
  });
});
