import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { blocksOf, gistOf, LONGEST_BLOCK, wholeWords } from "./blocks";
import { safeAddress } from "./links";

const texts = (text: string) => blocksOf(text).map((block) => block.text);

describe("blocksOf", () => {
  it("gives the text again, whatever it is", () => {
    const lines = fc.constantFrom(
      "# Title",
      "",
      "text",
      "- item",
      "  more",
      "```js",
      "```",
      "~~~",
      "> quote",
      "1. one",
      "| a |",
    );
    fc.assert(
      fc.property(fc.array(lines, { maxLength: 40 }), (parts) => {
        const text = parts.join("\n");
        expect(texts(text).join("")).toBe(text);
      }),
    );
    fc.assert(
      fc.property(fc.string({ maxLength: 200, unit: "grapheme" }), (text) => {
        expect(texts(text).join("")).toBe(text);
      }),
    );
  });

  it("cuts between paragraphs, not inside of fences or lists", () => {
    expect(texts("a\n\nb\n\nc")).toEqual(["a\n\n", "b\n\n", "c"]);
    expect(texts("```\na\n\nb\n```\n\nc")).toEqual(["```\na\n\nb\n```\n\n", "c"]);
    expect(texts("- a\n\n- b\n\n  more\n\nend")).toEqual(["- a\n\n- b\n\n  more\n\n", "end"]);
  });

  it("keeps the blocks of a growing text, but for the last", () => {
    const whole = "# One\n\nTwo is a paragraph.\n\nThree";
    const first = blocksOf(whole);
    const second = blocksOf(`${whole} goes on.\n\nFour`);
    expect(second.slice(0, first.length - 1)).toEqual(first.slice(0, -1));
  });

  it("shows what is too long or too deep as it is written", () => {
    expect(blocksOf("x".repeat(LONGEST_BLOCK * 2 + 1)).map((block) => block.isPlain)).toEqual([true, true, true]);
    for (const deep of [
      ">".repeat(3_000),
      "> ".repeat(500),
      "[".repeat(3_000),
      "- ".repeat(400) + "x",
      "*a".repeat(3) + "*".repeat(80),
    ]) {
      expect(blocksOf(deep)[0]?.isPlain, deep.slice(0, 20)).toBe(true);
    }
    expect(blocksOf("- - -\n\n| --- | --- |")[0]?.isPlain).toBe(false);
    expect(blocksOf("-".repeat(80))[0]?.isPlain).toBe(false);
  });

  it("is quick with 10 MB on one line, and with 200,000 lines", () => {
    const before = performance.now();
    blocksOf("x".repeat(10_000_000));
    blocksOf("a line\n\n".repeat(200_000));
    // What is not linear would take minutes.
    expect(performance.now() - before).toBeLessThan(10_000);
  });
});

describe("wholeWords", () => {
  it("holds back the word that is being written", () => {
    expect(wholeWords("sub-processors may be enga")).toBe("sub-processors may be ");
    expect(wholeWords("done ")).toBe("done ");
    expect(wholeWords("")).toBe("");
  });

  it("does not hold back what has no spaces", () => {
    const long = "合".repeat(60);
    expect(wholeWords(long)).toBe(long);
  });
});

describe("gistOf", () => {
  it("is the first words without signs", () => {
    expect(gistOf("## **Article** 28\n\n- Clause `11.1` does\n")).toBe("Article 28 Clause 11.1 does");
    expect(gistOf("[simulated] No model was called.")).toBe("No model was called.");
  });
});

describe("safeAddress", () => {
  it("lets through what a browser may open", () => {
    expect(safeAddress("https://example.org/a?b=1")).toBe("https://example.org/a?b=1");
    expect(safeAddress("mailto:a@example.org")).toBe("mailto:a@example.org");
  });

  it("refuses everything else", () => {
    const bad = [
      "javascript:alert(1)",
      " JaVaScRiPt:alert(1)",
      "data:text/html,x",
      "file:///etc/passwd",
      "//evil.example",
      "/plans",
      "#a",
    ];
    for (const href of [
      ...bad,
      "vbscript:x",
      "https://bank.example@evil.example/",
      "planloom://approvals/x",
      undefined,
    ]) {
      expect(safeAddress(href), href).toBeNull();
    }
  });
});
