// No colour is written outside of tokens.css.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const source = join(import.meta.dirname, "..");
const RAW = /#[0-9a-f]{3,8}\b(?![\w-])|\b(?:rgba?|hsla?|oklch|oklab|lab|lch)\(/gi;

it("only tokens.css has raw colours", () => {
  const styles = readdirSync(source, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".css"));
  expect(styles.length).toBeGreaterThan(20);
  for (const path of styles) {
    if (path === join("styles", "tokens.css")) continue;
    const text = readFileSync(join(source, path), "utf8").replaceAll(/\/\*[\s\S]*?\*\//g, "");
    expect(text.match(RAW) ?? [], path).toEqual([]);
  }
});
