import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { brokenLines, LONGEST_LINE } from "./brokenLines";
import { prettyJson } from "./json";

describe("prettyJson", () => {
  it("sets out as everybody does", () => {
    const values = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()));
    fc.assert(
      fc.property(values, (value) => {
        expect(prettyJson(JSON.stringify(value))).toBe(JSON.stringify(value, null, 2));
      }),
    );
  });

  it("keeps every digit", () => {
    expect(prettyJson('{"a":12345678901234567890.10,"b":1e400}')).toBe(
      '{\n  "a": 12345678901234567890.10,\n  "b": 1e400\n}',
    );
  });

  it("is null for what is not JSON", () => {
    for (const text of ["", "text", "{a: 1}", "[1,", "12"]) expect(prettyJson(text)).toBeNull();
  });

  it("takes a long string", () => {
    const text = JSON.stringify({ a: "x\\".repeat(1_000_000) });
    expect(prettyJson(text)?.length).toBe(text.length + 5);
  });
});

describe("brokenLines", () => {
  it("leaves usual lines alone", () => {
    const text = "a\n".repeat(1_000);
    expect(brokenLines(text)).toBe(text);
  });

  it("breaks what an editor cannot measure, quickly", () => {
    const before = performance.now();
    const broken = brokenLines(`short\n${"x".repeat(10_000_000)}\nshort`);
    expect(Math.max(...broken.split("\n").map((line) => line.length))).toBe(LONGEST_LINE);
    expect(broken.replaceAll("\n", "").length).toBe(10_000_010);
    expect(performance.now() - before).toBeLessThan(10_000);
  });
});
