// The contrast that look.md promises, computed again from tokens.css: 4.5 for text, 3 for controls, threads and focus.

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync(new URL("./tokens.css", `file://${import.meta.dirname}/`), "utf8");

type Theme = Map<string, string>;

function themeOf(selector: string): Theme {
  const start = css.indexOf(`${selector} {`);
  const block = css.slice(start, css.indexOf("}", start));
  return new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((match) => [match[1] ?? "", match[2] ?? ""]));
}

const themes: [string, Theme][] = [
  ["light", themeOf(":root")],
  ["dark", themeOf('[data-theme="dark"]')],
];

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(theme: Theme, one: string, other: string): number {
  const [bright = 0, dark = 0] = [one, other]
    .map((name) => {
      const colour = theme.get(name);
      if (colour === undefined) throw new Error(`tokens.css has no --${name}.`);
      return luminance(colour);
    })
    .sort((a, b) => b - a);
  return (bright + 0.05) / (dark + 0.05);
}

const SURFACES = ["ground", "canvas", "panel", "raised", "sunken", "hover"];
/** Where one reads and where rows are; a selected row is one of them. */
const TEXT_GROUNDS = [...SURFACES, "accent-soft"];
const STATUSES = [
  "pending",
  "queued",
  "running",
  "awaiting",
  "completed",
  "failed",
  "rejected",
  "skipped",
  "cancelled",
];

/** The token, what it stands on, and what is promised in light and in dark. */
const PAIRS: [token: string, grounds: string[], light: number, dark: number][] = [
  ["ink", TEXT_GROUNDS, 13.5, 10.9],
  ["ink-2", TEXT_GROUNDS, 6.7, 6.6],
  ["ink-3", TEXT_GROUNDS, 4.6, 4.7],
  ["line-control", ["panel", "raised"], 3.1, 3.3],
  ["thread", ["canvas", "panel"], 3.1, 3.2],
  ["accent", ["canvas", "panel", "raised", "accent-soft"], 6.5, 6.3],
  ["on-accent", ["accent"], 7.8, 8.6],
  ["focus", SURFACES, 4.7, 7.4],
  ["ins", ["ins-soft"], 8.8, 7.7],
  ["del", ["del-soft"], 6.7, 6.2],
];

/** What is promised for each status in light and in dark, on what it stands on and on its own soft ground. */
const STATUS_PROMISES: Record<string, [light: number, dark: number]> = {
  pending: [4.7, 5.1],
  queued: [5.6, 6.2],
  running: [5.4, 5.9],
  awaiting: [4.8, 7.7],
  completed: [5.8, 7.6],
  failed: [6.3, 4.8],
  rejected: [7.5, 5.7],
  skipped: [5.0, 5.6],
  cancelled: [7.3, 6.9],
};

describe.each(themes)("%s", (name, theme) => {
  const at = (light: number, dark: number) => (name === "light" ? light : dark);
  it.each(PAIRS)("%s keeps its contrast", (token, grounds, light, dark) => {
    for (const ground of grounds)
      expect(contrast(theme, token, ground), ground).toBeGreaterThanOrEqual(at(light, dark));
  });
  it.each(STATUSES)("%s keeps its contrast, on its soft ground too", (status) => {
    const [light, dark] = STATUS_PROMISES[status] ?? [Infinity, Infinity];
    for (const ground of ["canvas", "panel", "raised", `${status}-soft`]) {
      expect(contrast(theme, status, ground), ground).toBeGreaterThanOrEqual(at(light, dark));
    }
    // Rows under the pointer and selected ones hold statuses too: text there stays legible.
    for (const ground of ["hover", "accent-soft"])
      expect(contrast(theme, status, ground), ground).toBeGreaterThanOrEqual(4.1);
  });
  it("numbers on badges can be read", () => {
    for (const status of ["awaiting", "running", "failed"]) {
      expect(contrast(theme, "on-status", status), status).toBeGreaterThanOrEqual(at(5.4, 6.5));
    }
  });
  it("keys on the primary button and words of toasts can be read", () => {
    expect(contrast(theme, "panel", "ink")).toBeGreaterThanOrEqual(7);
    for (const soft of ["failed-soft", "awaiting-soft"])
      expect(contrast(theme, "ink", soft), soft).toBeGreaterThanOrEqual(7);
  });
});
