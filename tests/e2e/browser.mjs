// A browser for the sessions: headless Chromium by Playwright, axe on every screen, nothing but our own page loaded.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";

// The packages are those of the screens; there is one list of versions.
const require = createRequire(new URL("../../ui/package.json", import.meta.url));
const { chromium } = require("playwright-core");
const { AxeBuilder } = require("@axe-core/playwright");

/** Where Chromium is on this machine, or null. */
export function chromiumPath() {
  const places = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  return places.find((place) => place && existsSync(place)) ?? null;
}

export async function openBrowser() {
  const executablePath = chromiumPath();
  assert.ok(executablePath, "There is no Chromium on this machine.");
  return chromium.launch({
    executablePath,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}

/** A page of the program, let in by its key. Whatever goes wrong in it is in `page.faults`. */
export async function openPage(browser, program, { path = "/", theme = "light", language = "en", viewport = { width: 1440, height: 900 }, reducedMotion = "reduce" } = {}) {
  const context = await browser.newContext({ viewport, reducedMotion, locale: language === "de" ? "de-DE" : "en-GB", timezoneId: "Europe/Berlin", permissions: ["clipboard-read", "clipboard-write"] });
  await context.addInitScript(
    ({ key, kept }) => {
      if (!localStorage.getItem("planloom.key")) localStorage.setItem("planloom.key", key);
      if (!localStorage.getItem("planloom.appearance")) localStorage.setItem("planloom.appearance", kept);
    },
    { key: program.key, kept: JSON.stringify({ theme, language }) },
  );
  const page = await context.newPage();
  page.faults = [];
  page.on("pageerror", (error) => page.faults.push(`error: ${error.message}`));
  page.on("console", (message) => {
    // A refused request is the screen's business; it has to show it.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) page.faults.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (url.origin !== program.url && !["data:", "blob:"].includes(url.protocol)) page.faults.push(`it asked for ${request.url()}`);
  });
  await page.goto(`${program.url}${path}`);
  return page;
}

/** What axe finds on the screen as it is now; WCAG 2.2 AA and best practices. */
export async function axe(page, what) {
  const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]).analyze();
  const found = violations.map(({ id, help, nodes }) => `${id}: ${help}\n    ${nodes.slice(0, 3).map((node) => node.html.slice(0, 200)).join("\n    ")}`);
  assert.deepEqual(found, [], `axe on ${what}`);
}

/** Nothing was thrown, logged as an error, or asked for elsewhere. */
export function withoutFaults(page) {
  assert.deepEqual(page.faults, []);
}
