// Getting in: what a page in a browser needs before it shows anything.

import assert from "node:assert/strict";
import { createHmac, randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { test } from "node:test";

import { axe, openBrowser, openPage, withoutFaults } from "../browser.mjs";
import { eventually, Program } from "../program.mjs";
import { session } from "../session.mjs";

const keptKey = (page) => page.evaluate(() => localStorage.getItem("planloom.key"));

/** A session key as the program makes them, which ended a minute ago. */
function expiredSession(mainKey) {
  const signed = Buffer.concat([Buffer.alloc(8), randomBytes(16)]);
  signed.writeBigInt64BE(BigInt(Math.floor(Date.now() / 1000) - 60));
  const signature = createHmac("sha256", mainKey).update(signed).digest();
  return `dtk_session_${Buffer.concat([signed, signature]).toString("base64url")}`;
}

/** A page that nobody has let in. */
async function stranger(browser, program, path = "/plans") {
  const page = await openPage(browser, program, { path, hasKey: false });
  page.setDefaultTimeout(15_000);
  return page;
}

session("the main key opens the page, and only a session key stays in it", { page: false }, async ({ program, browser }) => {
  const page = await stranger(browser, program);
  await page.getByRole("heading", { name: "This page needs the key of your Planloom" }).waitFor();
  await axe(page, "the gate");
  // The field has the focus, and a key that is none is told so beside it.
  await page.keyboard.type("dtk_local_not-a-key-of-this-program");
  await page.keyboard.press("Enter");
  await page.getByText("That is not a key of this Planloom.").waitFor();
  assert.equal(await keptKey(page), null);

  await page.getByLabel("Key", { exact: true }).fill(program.key);
  await page.getByRole("button", { name: "Open" }).click();
  await page.getByRole("navigation", { name: "Main" }).waitFor();
  const kept = await keptKey(page);
  assert.match(kept, /^dtk_session_/);
  assert.ok(!(await page.content()).includes(program.key));

  // It lasts: over a reload, and over a restart of the program.
  await page.reload();
  await page.getByRole("navigation", { name: "Main" }).waitFor();
  await program.kill();
  await program.serve();
  await page.reload();
  await page.getByRole("navigation", { name: "Main" }).waitFor();
  assert.equal(await keptKey(page), kept);
  withoutFaults(page);
  await page.context().close();
});

session("a renewed main key ends every other page, which asks for the new one", {}, async ({ program, page, browser }) => {
  const other = await stranger(browser, program, "/executions");
  await other.getByLabel("Key", { exact: true }).fill(program.key);
  await other.getByRole("button", { name: "Open" }).click();
  await other.getByRole("navigation", { name: "Main" }).waitFor();

  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("link", { name: "Local API" }).click();
  await page.getByRole("button", { name: "Renew…" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Renew" }).click();
  await page.getByText("The main key is new").waitFor();
  // The page that renewed it goes on, with a session of its own.
  await page.getByRole("link", { name: "Data" }).click();
  await page.getByRole("button", { name: "Back up now" }).waitFor();
  assert.match(await keptKey(page), /^dtk_session_/);

  await other.getByRole("link", { name: "Settings" }).click();
  await other.getByText("The key of this page is no longer valid.").waitFor();
  await other.getByLabel("Key", { exact: true }).fill(program.key);
  await other.getByRole("button", { name: "Open" }).click();
  await other.getByText("That is not a key of this Planloom.").waitFor();
  await program.readKey();
  await other.getByLabel("Key", { exact: true }).fill(program.key);
  await other.getByRole("button", { name: "Open" }).click();
  // It is where it was going, and hears again what happens.
  await other.getByRole("heading", { name: "Providers and keys" }).waitFor();
  await program.kill();
  await other.getByText("Connection lost.").waitFor();
  await program.serve();
  await other.getByText("Connection lost.").waitFor({ state: "detached" });
  withoutFaults(other);
  await other.context().close();
});

session("a key that has expired is told so, with what to do", { page: false }, async ({ program, browser }) => {
  const page = await stranger(browser, program);
  await page.evaluate((key) => localStorage.setItem("planloom.key", key), expiredSession(program.key));
  await page.goto(`${program.url}/executions`);
  await page.getByText("The key of this page is no longer valid.").waitFor();
  await page.getByText("planloom serve --open").first().waitFor();
  await axe(page, "the gate with an expired key");
  withoutFaults(page);
  await page.context().close();
});

test("`--open` starts the browser with a code that opens the page once", async () => {
  // The system's browser is a file that says what it was asked to open.
  const folder = mkdtempSync(join(tmpdir(), "planloom-opener-"));
  const opened = join(folder, "opened");
  writeFileSync(join(folder, "xdg-open"), `#!/bin/sh\nprintf %s "$1" >"${opened}"\n`);
  chmodSync(join(folder, "xdg-open"), 0o755);
  // Without a display none would be started.
  const env = { PATH: folder + delimiter + process.env.PATH, DISPLAY: process.env.DISPLAY || ":0" };
  const program = await Program.start({ options: ["--open"], env });
  const browser = await openBrowser();
  try {
    const link = await eventually("The browser's start", () => existsSync(opened) && readFileSync(opened, "utf8"));
    assert.ok(link.startsWith(`${program.url}/#k=`), "an address of its own");
    const code = link.slice(link.indexOf("#"));

    const page = await stranger(browser, program, `/${code}`);
    await page.getByRole("navigation", { name: "Main" }).waitFor();
    assert.ok(!page.url().includes("#k="), "the code is not in the address any more");
    assert.match(await keptKey(page), /^dtk_session_/);
    withoutFaults(page);

    const second = await stranger(browser, program, `/${code}`);
    await second.getByRole("heading", { name: "This page needs the key of your Planloom" }).waitFor();
    withoutFaults(second);
  } finally {
    await browser.close();
    await program.stop();
  }
});
