import { expect, it } from "vitest";

import { fieldsOf } from "./fields";
import { usesOf } from "./uses";

const fieldsIn = (prompt: string, more: { system?: string; condition?: string } = {}) =>
  fieldsOf({}, usesOf([{ id: "a", prompt, ...more }])).map(
    ({ name, kind, isRequired }) => `${name} ${kind}${isRequired ? "" : " optional"}`,
  );

it("reads prompts, system prompts and conditions", () => {
  const more = { system: "As {{input.role}}", condition: "{{input.mode}}.includes('x')" };
  expect(fieldsIn("{{input.contract}} {{extract.output}}", more)).toEqual(["contract text", "role text", "mode text"]);
});

it("sees nested places, lists and lengths", () => {
  expect(fieldsIn("{{input.customer.name}}")).toEqual(["customer.name text"]);
  expect(fieldsIn("{% for row in input.rows %}{{row}}{% endfor %}")).toEqual(["rows json"]);
  expect(fieldsIn("{{input.text.length}}")).toEqual(["text text"]);
});

it("sees what can be left out", () => {
  expect(fieldsIn("{{input.law | default('German')}}")).toEqual(["law text optional"]);
  expect(fieldsIn("{% if input.law is defined %}{{input.law}}{% endif %}")).toEqual(["law text optional"]);
});

it("leaves out what only looks like it", () => {
  expect(fieldsIn("input.x {# {{input.y}} #}{% raw %}{{input.z}}{% endraw %}{{ 'input.q' }}")).toEqual([]);
});
