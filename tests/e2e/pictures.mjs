// Takes a picture of every screen: light and dark, large and small, English and German, empty, full and broken.
//
//   node pictures.mjs [WORD…]     only pictures whose name contains every word: `editor light en`
//
// They are in target/pictures, named scene-theme-size-language.png; clipped.txt beside them names texts that are cut.

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { chromiumPath, openBrowser, openPage } from "./browser.mjs";
import { House, settle } from "./scenes.mjs";

const FOLDER = fileURLToPath(new URL("../../target/pictures/", import.meta.url));
const SIZES = { large: { width: 1440, height: 900 }, small: { width: 900, height: 600 } };

const words = process.argv.slice(2);

if (chromiumPath() === null) {
  console.log("No pictures: there is no Chromium. CHROMIUM names one, or the system's package brings it.");
} else {
  await take();
}

async function take() {
  const house = await House.open();
  const browser = await openBrowser();
  mkdirSync(FOLDER, { recursive: true });
  rmSync(`${FOLDER}clipped.txt`, { force: true });
  const clipped = [];
  let taken = 0;
  let faulty = 0;
  try {
    for (const scene of house.scenes()) {
      for (const variant of variants(scene)) {
        const { found, faults } = await picture(browser, scene, variant);
        taken += 1;
        clipped.push(...found.map((text) => `${variant.file}: ${text}`));
        if (faults.length > 0) {
          faulty += 1;
          console.error(`${variant.file}: ${faults.join("; ")}`);
        }
      }
    }
  } finally {
    await browser.close();
    await house.close();
  }
  writeFileSync(`${FOLDER}clipped.txt`, clipped.map((line) => `${line}\n`).join(""));
  console.log(`${taken} pictures in ${FOLDER}, ${clipped.length} texts cut (clipped.txt), ${faulty} pages with faults.`);
  process.exitCode = faulty === 0 && taken > 0 ? 0 : 1;
}

function variants({ name }) {
  const all = [];
  for (const theme of ["light", "dark"]) {
    for (const size of Object.keys(SIZES)) {
      for (const language of ["en", "de"]) {
        const file = `${name}-${theme}-${size}-${language}.png`;
        if (words.every((word) => file.includes(word))) all.push({ file, theme, size, language });
      }
    }
  }
  return all;
}

async function picture(browser, scene, { file, theme, size, language }) {
  const { path, hasKey, act, before } = scene;
  const page = await openPage(browser, scene.program, { path, hasKey, theme, language, viewport: SIZES[size], before });
  try {
    await settle(page);
    if (act) {
      await act(page);
      await settle(page);
    }
    await page.screenshot({ path: FOLDER + file, animations: "disabled" });
    const faults = scene.isOffline ? [] : page.faults;
    return { found: await cutTexts(page), faults };
  } catch (error) {
    return { found: [], faults: [...page.faults, error.message.split("\n")[0]] };
  } finally {
    await page.context().close();
  }
}

/** Texts that do not fit their place: labels and buttons above all, in German. */
function cutTexts(page) {
  return page.evaluate(() => {
    const found = [];
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > width) found.push("the page itself scrolls sideways");
    for (const element of document.querySelectorAll("button, a, label, h1, h2, h3, p, span, td, th, dt, dd, legend, li")) {
      const text = [...element.childNodes].filter(({ nodeType }) => nodeType === 3).map(({ data }) => data).join("").trim();
      if (text === "" || !element.checkVisibility({ opacityProperty: true })) continue;
      const { overflowX, clipPath } = getComputedStyle(element);
      const box = element.getBoundingClientRect();
      if (box.width <= 1 || clipPath !== "none") continue;
      if (overflowX !== "visible" && element.scrollWidth > element.clientWidth + 1) found.push(`cut: ${text.slice(0, 80)}`);
      else if (box.right > width + 1 && box.left < width) found.push(`over the edge: ${text.slice(0, 80)}`);
    }
    return [...new Set(found)];
  });
}
