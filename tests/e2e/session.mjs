// One session of a person: a program of its own, a page of it, and whatever went wrong told with a picture.

import { mkdirSync } from "node:fs";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

import { openBrowser, openPage, withoutFaults } from "./browser.mjs";
import { Program } from "./program.mjs";

const PICTURES = fileURLToPath(new URL("../../target/e2e/", import.meta.url));
/** No session is longer, even beside a build on two cores. */
const LONGEST_MS = 240_000;
/** How long a page may take to show what a person waits for. */
const PATIENCE_MS = 45_000;

let browser = null;
after(async () => {
  await browser?.close();
});

/**
 * `work` gets the program, its first page, and `open` for further pages of the same program.
 * `page: false` opens none. `faults: false` where the page is expected to complain.
 */
export function session(name, { program: start = {}, page: options = {}, prepare } = {}, work) {
  test(name, { timeout: LONGEST_MS }, async () => {
    browser ??= await openBrowser();
    const program = await Program.start(start);
    const pages = [];
    const open = async (more = {}) => {
      const page = await openPage(browser, program, { ...options, ...more });
      page.setDefaultTimeout(PATIENCE_MS);
      pages.push(page);
      return page;
    };
    try {
      const prepared = await prepare?.(program);
      const page = options === false ? null : await open(prepared?.path === undefined ? {} : { path: prepared.path });
      await work({ program, page, open, browser, prepared });
      for (const each of pages) withoutFaults(each);
    } catch (error) {
      await keepPictures(name, pages);
      throw error;
    } finally {
      await Promise.all(pages.map((page) => page.context().close()));
      await program.stop();
    }
  });
}

/** How the pages looked when a session failed, so that the reason can be seen. */
async function keepPictures(name, pages) {
  mkdirSync(PICTURES, { recursive: true });
  const file = name.toLowerCase().replace(/[^a-z0-9]+/g, "-").slice(0, 60);
  for (const [index, page] of pages.entries()) {
    const path = `${PICTURES}${file}${index === 0 ? "" : `-${index + 1}`}.png`;
    await page.screenshot({ path }).catch(() => {});
    console.error(`${name}: ${page.url()}, see ${path}${page.faults.length === 0 ? "" : `; ${page.faults.join("; ")}`}`);
  }
}
