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

/** A page of the program, let in by its key unless `hasKey` is false. Whatever goes wrong in it is in `page.faults`. */
export async function openPage(browser, program, options = {}) {
  const { path = "/", theme = "light", language = "en", viewport = { width: 1440, height: 900 } } = options;
  const { reducedMotion = "reduce", hasKey = true, before } = options;
  const context = await browser.newContext({
    viewport,
    reducedMotion,
    locale: language === "de" ? "de-DE" : "en-GB",
    timezoneId: "Europe/Berlin",
    permissions: ["clipboard-read", "clipboard-write"],
  });
  await context.addInitScript(
    ({ key, kept }) => {
      // Once for each page, so that what the page itself forgets or changes stays so.
      if (sessionStorage.getItem("e2e")) return;
      sessionStorage.setItem("e2e", "prepared");
      if (key !== null) localStorage.setItem("planloom.key", key);
      localStorage.setItem("planloom.appearance", kept);
    },
    { key: hasKey ? program.key : null, kept: JSON.stringify({ theme, language }) },
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
  // What the page has asked the API and not been told yet; a stream of events has no end.
  page.asking = new Set();
  page.on("request", (request) => {
    if (/\/api\//.test(request.url()) && !/\/events\b/.test(request.url())) page.asking.add(request);
  });
  page.on("response", (response) => page.asking.delete(response.request()));
  page.on("requestfailed", (request) => page.asking.delete(request));
  await before?.(page);
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
