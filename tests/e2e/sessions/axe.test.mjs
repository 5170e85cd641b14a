// axe finds nothing on any screen, in both themes.

import { after, before, test } from "node:test";

import { axe, openBrowser, openPage, withoutFaults } from "../browser.mjs";
import { House, settle } from "../scenes.mjs";

let house = null;
let browser = null;
before(async () => {
  [house, browser] = await Promise.all([House.open(), openBrowser()]);
});
after(async () => {
  await browser?.close();
  await house?.close();
});

for (const theme of ["light", "dark"]) {
  test(`axe on every screen, ${theme}`, { timeout: 600_000 }, async (context) => {
    for (const scene of house.scenes()) {
      await context.test(`${scene.name}, ${theme}`, () => look(scene, theme));
    }
  });
}

async function look({ name, program, path, hasKey, before: prepare, act, isOffline }, theme) {
  const page = await openPage(browser, program, { path, hasKey, theme, before: prepare });
  try {
    await settle(page);
    if (act) {
      await act(page);
      await settle(page);
    }
    await axe(page, `${name}, ${theme}`);
    if (!isOffline) withoutFaults(page);
  } finally {
    await page.context().close();
  }
}
