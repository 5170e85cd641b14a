// The settings: everything there is changed once, refused once, and found again.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";

import { Settings } from "../drivers/settings.mjs";
import { startModel } from "../model.mjs";
import { eventually } from "../program.mjs";
import { session } from "../session.mjs";

const at = (section) => ({ page: { path: `/settings/${section}` } });

session("a key is set, tested, refused with what to do, and removed", at("providers"), async ({ program, page }) => {
  const model = await startModel((_, { authorization }) =>
    authorization === "Bearer sk-right" ? "Good." : { status: 401, error: "Incorrect API key provided." },
  );
  try {
    const settings = new Settings(page);
    const openai = settings.provider("openai");
    await settings.details("openai");
    await settings.write("Address", model.baseUrl, openai);
    await eventually("The new address", async () => (await program.get("/settings")).providers.openai.baseUrl === model.baseUrl);

    const set = async (word, key) => {
      await openai.getByRole("button", { name: `${word} key…` }).click();
      const field = openai.getByLabel("Key of openai");
      assert.equal(await field.getAttribute("type"), "password");
      await field.fill(key);
      await openai.getByRole("button", { name: "Save key" }).click();
      await field.waitFor({ state: "detached" });
    };
    await set("Set", "sk-wrong");
    await openai.getByText("Incorrect API key provided.").waitFor();
    await openai.getByText("set, in a file").waitFor();
    await set("Replace", "sk-right");
    await openai.getByText(/answered in/).waitFor();
    // What was typed is nowhere any more.
    assert.ok(!(await page.content()).includes("sk-right"));
    assert.ok(!JSON.stringify(await program.get("/settings")).includes("sk-right"));

    await openai.getByRole("button", { name: "Remove key" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Remove key" }).click();
    await openai.getByText("not set").waitFor();
  } finally {
    await model.stop();
  }
});

session("a server is added, refused by its name, removed and brought back", at("providers"), async ({ program, page }) => {
  const settings = new Settings(page);
  const add = page.getByRole("button", { name: "Add", exact: true });
  const isOff = await add.isDisabled();
  assert.ok(isOff, "nothing to add yet");
  await page.getByLabel("Name", { exact: true }).fill("My Server");
  await page.getByLabel("Address", { exact: true }).last().fill("http://127.0.0.1:9/v1");
  await add.click();
  const refusal = page.getByRole("alert");
  await refusal.waitFor();
  assert.match(await refusal.innerText(), /name/i);
  assert.equal(await page.getByLabel("Name", { exact: true }).inputValue(), "My Server", "what was written stays");

  await page.getByLabel("Name", { exact: true }).fill("my-server");
  await add.click();
  await settings.provider("my-server").waitFor();
  await settings.provider("my-server").getByRole("button", { name: "Remove my-server" }).click();
  await settings.provider("my-server").waitFor({ state: "detached" });
  await page.getByRole("status").getByRole("button", { name: "Undo" }).click();
  await settings.provider("my-server").waitFor();
  assert.equal((await program.get("/settings")).providers["my-server"].baseUrl, "http://127.0.0.1:9/v1");
});

session("an address that is none stays in its field with the reason", at("providers"), async ({ program, page }) => {
  const settings = new Settings(page);
  await settings.details("anthropic");
  const card = settings.provider("anthropic");
  const field = await settings.write("Address", "not an address", card);
  await card.getByRole("alert").waitFor();
  assert.equal(await field.inputValue(), "not an address");
  assert.equal(await field.getAttribute("aria-invalid"), "true");
  await settings.write("Address", "", card);
  await card.getByRole("alert").waitFor({ state: "detached" });

  await settings.write("Calls at a time", "3", card);
  await settings.saved();
  assert.equal((await program.get("/settings")).providers.anthropic.limit, 3);
});

session("consent to the simulator is one switch, and is kept", at("providers"), async ({ program, page }) => {
  const settings = new Settings(page);
  const consent = page.getByRole("switch", { name: "Runs from the window may be simulated" });
  assert.equal(await consent.getAttribute("aria-checked"), "false");
  await consent.click();
  await page.getByRole("switch", { name: "Runs from the window may be simulated", checked: true }).waitFor();
  await settings.write("Time of an answer", "25");
  await eventually("The delay", async () => (await program.get("/settings")).simulator.delayMs === 25);
  await page.reload();
  await page.getByRole("switch", { name: "Runs from the window may be simulated", checked: true }).waitFor();
  assert.equal(await page.getByLabel("Time of an answer").inputValue(), "25");
});

session("an alias is made, changed, removed and brought back", at("models"), async ({ program, page }) => {
  await page.getByRole("button", { name: "Add an alias" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Alias").fill("quick");
  await dialog.getByLabel("Model id").fill("small");
  await dialog.getByLabel("In", { exact: true }).fill("0.5");
  await dialog.getByLabel("Out", { exact: true }).fill("1.5");
  await dialog.getByLabel("Context", { exact: true }).fill("32000");
  await dialog.getByRole("button", { name: "Save alias" }).click();
  await dialog.waitFor({ state: "detached" });
  const row = page.getByRole("row", { name: /quick/ });
  assert.match(await row.innerText(), /small[\s\S]*openai[\s\S]*\$0\.50[\s\S]*\$1\.50/);

  await row.getByRole("button", { name: "Edit quick" }).click();
  await dialog.getByLabel("Out", { exact: true }).fill("2.5");
  await dialog.getByRole("button", { name: "Save alias" }).click();
  await dialog.waitFor({ state: "detached" });
  assert.equal((await program.get("/settings")).aliases.quick.prices.output, 2.5);

  await row.getByRole("button", { name: "Remove quick" }).click();
  await row.waitFor({ state: "detached" });
  await page.getByRole("status").getByRole("button", { name: "Undo" }).click();
  await row.waitFor();

  await page.getByLabel("Evaluator").click();
  await page.getByRole("option", { name: "quick" }).click();
  await eventually("The evaluator", async () => (await program.get("/settings")).evaluator === "quick");
});

session("queues have limits; a name that cannot be is refused beside its field", at("queues"), async ({ program, page }) => {
  const settings = new Settings(page);
  await settings.write("At a time: default", "4");
  await settings.saved();
  assert.equal((await program.get("/settings")).queues.default.limit, 4);

  await page.getByLabel("Queue", { exact: true }).fill("no such, name");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("alert").waitFor();
  await page.getByLabel("Queue", { exact: true }).fill("slow");
  await page.getByLabel("At a time", { exact: true }).fill("2");
  await page.getByRole("button", { name: "Add", exact: true }).click();
  const row = page.getByRole("row", { name: /slow/ });
  await row.waitFor();
  await row.getByRole("button", { name: "Remove slow" }).click();
  await row.waitFor({ state: "detached" });
  await page.getByRole("status").getByRole("button", { name: "Undo" }).click();
  await row.waitFor();
  assert.equal((await program.get("/settings")).queues.slow.limit, 2);
});

session("two windows on the settings: the other shows what was saved here", at("queues"), async ({ page, open }) => {
  const other = await open({ path: "/settings/queues" });
  await new Settings(page).write("At a time: default", "5");
  await new Settings(page).saved();
  await other.getByRole("link", { name: "Data" }).click();
  await other.getByRole("link", { name: "Queues and limits" }).click();
  await other.reload();
  assert.equal(await other.getByLabel("At a time: default").inputValue(), "5");
});

session("the main key is shown on demand; another key is shown once, works, and ends", at("api"), async ({ program, page }) => {
  assert.ok(!(await page.content()).includes(program.key));
  await page.getByRole("button", { name: "Show" }).click();
  await page.getByText(program.key).waitFor();
  await page.getByRole("button", { name: "Hide" }).click();
  await page.getByText(program.key).waitFor({ state: "detached" });

  await page.getByRole("button", { name: "Make a key" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name").fill("nightly");
  await dialog.getByRole("checkbox", { name: "run plans" }).click();
  await dialog.getByRole("button", { name: "Make a key" }).click();
  await dialog.getByText("It is shown this once.").waitFor();
  const key = (await dialog.locator("code").innerText()).trim();
  await dialog.getByRole("button", { name: "Copy" }).click();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), key);
  await dialog.getByRole("button", { name: "Done" }).click();
  assert.ok(!(await page.content()).includes(key));

  const ask = (path) => fetch(`${program.url}/api${path}`, { headers: { Authorization: `Bearer ${key}` } });
  assert.equal((await ask("/plans")).status, 200);
  assert.equal((await ask("/settings")).status, 403);
  const row = page.getByRole("row", { name: /nightly/ });
  assert.match(await row.innerText(), /read, run plans/);
  await row.getByRole("button", { name: "Delete nightly" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete nightly" }).click();
  await page.getByText("There is no other key.").waitFor();
  assert.equal((await ask("/plans")).status, 401);
});

session("an origin that is none is refused beside its field", at("api"), async ({ program, page }) => {
  const settings = new Settings(page);
  await settings.write("Pages of other origins", "everybody");
  await page.getByRole("alert").waitFor();
  await settings.write("Pages of other origins", "http://localhost:3000");
  await page.getByRole("alert").waitFor({ state: "detached" });
  assert.deepEqual((await program.get("/settings")).listener.allowedOrigins, ["http://localhost:3000"]);
});

session("a backup is written and listed", at("data"), async ({ program, page }) => {
  await page.getByText("There is none yet.").waitFor();
  await page.getByRole("button", { name: "Back up now" }).click();
  const note = page.getByText(/^Wrote /);
  await note.waitFor();
  const [backup] = (await program.get("/settings/data")).backups;
  assert.ok(existsSync(`${program.data}/backups/${backup.file}`) || existsSync(backup.file));
  await page.getByRole("table", { name: "Backups in the folder" }).waitFor();

  const settings = new Settings(page);
  await settings.write("Keep texts for", "30");
  await settings.saved();
  assert.equal((await program.get("/settings")).texts.keepDays, 30);
  await settings.write("Keep texts for", "");
  await eventually("For ever again", async () => (await program.get("/settings")).texts.keepDays == null);
});

session("theme, language and single keys change at once, and stay", at("appearance"), async ({ page }) => {
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme);
  await page.getByRole("radio", { name: "Dark" }).click();
  assert.equal(await theme(), "dark");
  await page.getByRole("radio", { name: "Deutsch" }).click();
  await page.getByRole("heading", { name: "Aussehen", level: 2 }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), "de");
  await page.reload();
  await page.getByRole("heading", { name: "Aussehen", level: 2 }).waitFor();
  assert.equal(await theme(), "dark");
  await page.getByRole("radio", { name: "English" }).click();
  await page.getByRole("heading", { name: "Appearance", level: 2 }).waitFor();

  await page.locator("body").press("?");
  await page.getByRole("dialog", { name: "Keys" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("switch", { name: "Single keys" }).click();
  await page.locator("body").press("?");
  assert.equal(await page.getByRole("dialog").count(), 0);
});

session("about says what runs here", at("about"), async ({ page }) => {
  await page.getByText(/^Planloom \d+\.\d+/).waitFor();
  await page.getByText("No account, no telemetry.").waitFor();
});

session("an address that leads nowhere says so and leads back", { page: { path: "/nowhere" } }, async ({ page }) => {
  await page.getByText("There is no such page").waitFor();
  await page.getByRole("button", { name: "Go to plans" }).click();
  await page.waitForURL(/\/plans$/);
});
