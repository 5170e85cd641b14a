import { expect, it } from "vitest";

import { ApiError } from "../../../api/problem";
import type { Issue } from "../../../api/types";
import { fieldsOf } from "./fields";
import { placed } from "./issues";
import { rowsOf } from "./TextInput";
import { reviewsInWords, stepsInWords } from "./words";

const issue = (field: string, severity: Issue["severity"] = "error"): Issue => ({
  code: "X",
  severity,
  field,
  rule: "x",
  message: `At ${field}.`,
});

it("refusals stand at their fields, the rest below", () => {
  const uses = ["contract", "customer"].map((key) => ({ path: [key], stepId: "a", isRequired: true, isList: false }));
  const issues = [
    issue("input.contract"),
    issue("input.customer.name"),
    issue("input.contracts"),
    issue("options.maxCost"),
    issue("steps[0].model"),
    issue("hitl.onTimeout", "warning"),
  ];
  const error = new ApiError(422, { code: "X", message: "Wrong.", details: { issues } }, null);
  const found = placed(error, fieldsOf({}, uses));
  expect([...found.inputs]).toEqual([
    ["contract", "At input.contract."],
    ["customer", "At input.customer.name."],
  ]);
  expect([...found.settings]).toEqual([["options.maxCost", "At options.maxCost."]]);
  expect(found.others).toEqual(["At input.contracts.", "At steps[0].model."]);
});

it("a refusal without a place is said as a whole", () => {
  expect(placed(new ApiError(503, { code: "X", message: "Full." }, null), []).others).toEqual(["Full."]);
});

it("reviews are counted with what is not certain", () => {
  const words = (reviews: string[], reviewsMaybe: string[]) => reviewsInWords({ reviews, reviewsMaybe });
  expect(words([], [])).toBe("no review");
  expect(words(["a", "b"], [])).toBe("2 reviews");
  expect(words(["a", "b"], ["a", "b"])).toBe("up to 2 reviews");
  expect(words(["a", "b", "c"], ["b", "c"])).toBe("1 to 3 reviews");
});

it("many steps are named by the first", () => {
  expect(stepsInWords(["a", "b"])).toBe("a and b");
  expect(stepsInWords(["a", "b", "c", "d", "e"])).toBe("a, b and 3 more steps");
});

it("a field is as tall as its text, up to eight rows", () => {
  expect(rowsOf("")).toBe(1);
  expect(rowsOf("a\nb")).toBe(2);
  expect(rowsOf("x".repeat(100))).toBe(3);
  expect(rowsOf("x\n".repeat(1_000_000))).toBe(8);
});
