// Both languages say the same things: the same keys, the same placeholders, nothing empty.

import { describe, expect, it } from "vitest";

import { ACTIONS } from "../actions";
import de from "./de";
import en from "./en";

type Tree = { [key: string]: string | Tree };

function flat(tree: Tree, path = ""): Map<string, string> {
  const all = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    const at = path === "" ? key : `${path}.${key}`;
    if (typeof value === "string") all.set(at, value);
    else for (const [inner, text] of flat(value, at)) all.set(inner, text);
  }
  return all;
}

const placeholders = (text: string) => [...text.matchAll(/\{\{\s*(\w+)/g)].map((match) => match[1]).sort();

describe("the catalogue", () => {
  for (const [namespace, english] of Object.entries(en)) {
    const texts = flat(english as Tree);
    const german = flat((de as Record<string, Tree>)[namespace] ?? {});
    it(`${namespace}: both languages have the same texts`, () => {
      expect([...german.keys()].sort()).toEqual([...texts.keys()].sort());
      for (const [key, text] of texts) {
        expect(text.trim(), key).not.toBe("");
        expect(german.get(key)?.trim(), key).not.toBe("");
        expect(placeholders(german.get(key) ?? ""), key).toEqual(placeholders(text));
      }
    });
    it(`${namespace}: is written as the house writes`, () => {
      for (const [key, text] of [...texts, ...german]) {
        // An example of code is written as code.
        if (key.endsWith("placeholder")) continue;
        expect(text, key).not.toMatch(/!(\s|$)|please|\bbitte\b|oops|hoppla/i);
        expect(text, `${key}: curly quotes`).not.toMatch(/(^|\s)["']\w/);
      }
    });
  }
  it("every action has a name", () => {
    expect(Object.keys(en.actions).sort()).toEqual(Object.keys(ACTIONS).sort());
  });
});
