// The list of plans: found, made, copied, put away and brought back, and every file that is no plan.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Plans } from "../drivers/plans.mjs";
import { eventually } from "../program.mjs";
import { session } from "../session.mjs";

const plan = (name, more = {}) => ({ name, steps: [{ id: "only", prompt: "Say hello to {{input.name}}." }], ...more });
const stored = (program) => program.get("/plans");
const at = { path: "/plans" };

const five = async (program) => {
  for (const [index, name] of ["alpha", "beta", "gamma", "delta", "epsilon"].entries()) {
    const steps = Array.from({ length: index + 1 }, (_, nth) => ({ id: `step-${nth + 1}`, prompt: `The ${name} prompt.` }));
    await program.post("/plans", { name, steps, tags: index % 2 === 0 ? ["even", "legal"] : ["odd"] });
  }
};

session("plans are searched, filtered by tags and sorted, and the address keeps it", { page: at, prepare: five }, async ({ page }) => {
  const plans = new Plans(page);
  await plans.row("alpha").waitFor();
  await page.locator("body").press("/");
  await page.keyboard.type("gamma prompt");
  await plans.row("alpha").waitFor({ state: "detached" });
  assert.deepEqual(await plans.names(), ["gamma"]);
  await plans.search().fill("nothing like that");
  await page.getByText("No plan matches").waitFor();
  await page.getByRole("button", { name: "Clear search and tags" }).click();
  await plans.row("alpha").waitFor();

  await page.getByRole("button", { name: "odd 2" }).click();
  await plans.row("alpha").waitFor({ state: "detached" });
  assert.deepEqual(new Set(await plans.names()), new Set(["beta", "delta"]));
  await page.getByRole("button", { name: "odd 2" }).click();

  await page.getByRole("columnheader", { name: "Steps" }).getByRole("button").click();
  await page.getByRole("columnheader", { name: "Plan" }).getByRole("button").click();
  await page.getByRole("columnheader", { name: "Plan" }).and(page.locator("[aria-sort=ascending]")).waitFor();
  assert.deepEqual(await plans.names(), ["alpha", "beta", "delta", "epsilon", "gamma"]);
  await page.reload();
  await plans.row("alpha").waitFor();
  assert.deepEqual(await plans.names(), ["alpha", "beta", "delta", "epsilon", "gamma"]);

  await page.getByRole("radio", { name: "Cards" }).click();
  await page.waitForURL(/view=cards/);
  await page.getByRole("link", { name: "gamma", exact: true }).waitFor();
});

session("a new plan is named and opens; a name is needed", { page: at }, async ({ program, page }) => {
  await page.getByText("No plans yet").waitFor();
  await page.locator("body").press("c");
  const dialog = page.getByRole("dialog", { name: "New plan" });
  await dialog.getByRole("button", { name: "Create plan" }).click();
  await dialog.getByText("A plan needs a name.").waitFor();
  await dialog.getByLabel("Name").fill("weekly digest");
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/plans\/dt_plan_/);
  const [made] = await stored(program);
  assert.equal(made.name, "weekly digest");
  assert.ok(page.url().includes(made.id));
});

session("a plan is duplicated, exported, archived, and archiving is undone", { page: at, prepare: (program) => program.post("/plans", plan("alpha")) }, async ({ program, page }) => {
  const plans = new Plans(page);
  await plans.row("alpha").waitFor();
  const saving = page.waitForEvent("download");
  await plans.choose("alpha", "Export as JSON…");
  const file = await saving;
  assert.equal(file.suggestedFilename(), "alpha.planloom.json");
  assert.equal(JSON.parse(await readFile(await file.path(), "utf8")).steps[0].id, "only");
  const savingYaml = page.waitForEvent("download");
  await plans.choose("alpha", "Export as YAML…");
  assert.match(await readFile(await (await savingYaml).path(), "utf8"), /^name: alpha/m);

  await plans.choose("alpha", "Archive plan");
  await plans.row("alpha").waitFor({ state: "detached" });
  assert.deepEqual(await stored(program), []);
  await page.getByRole("region", { name: "Notifications" }).getByRole("button", { name: /Undo/ }).click();
  await plans.row("alpha").waitFor();

  await plans.choose("alpha", "Archive plan");
  await plans.row("alpha").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Archived", exact: true }).click();
  await plans.row("alpha").hover();
  await plans.row("alpha").getByRole("button", { name: "Restore" }).click();
  await eventually("The restored plan", async () => (await stored(program)).length === 1);
  await page.getByRole("button", { name: "Archived", exact: true }).click();

  await plans.choose("alpha", "Duplicate plan");
  await page.waitForURL(/\/plans\/dt_plan_/);
  assert.deepEqual((await stored(program)).map(({ name }) => name).sort(), ["alpha", "alpha copy"]);
});

/** Files in a folder of their own. */
function files(contents) {
  const folder = mkdtempSync(join(tmpdir(), "planloom-files-"));
  for (const [name, content] of Object.entries(contents)) writeFileSync(join(folder, name), content);
  return { path: (name) => join(folder, name), remove: () => rmSync(folder, { recursive: true, force: true }) };
}

session("plans come in as JSON, as YAML, several at once, and from the clipboard", { page: at }, async ({ program, page }) => {
  const plans = new Plans(page);
  const given = files({
    "one.json": JSON.stringify({ ...plan("one"), id: "dt_plan_old", version: 7, createdAt: "2026-01-01T00:00:00.000Z" }),
    "two.yaml": 'name: two\nsteps:\n  - id: only\n    prompt: "Say hello."\n',
  });
  try {
    await page.getByText("No plans yet").waitFor();
    await plans.importFiles(given.path("one.json"), given.path("two.yaml"));
    await plans.row("one").waitFor();
    await plans.row("two").waitFor();
    await page.evaluate((text) => navigator.clipboard.writeText(text), JSON.stringify(plan("three")));
    await page.getByRole("button", { name: "Import" }).click();
    await page.getByRole("menuitem", { name: /From the clipboard/ }).click();
    await plans.row("three").waitFor();
    assert.equal((await stored(program)).length, 3);
  } finally {
    given.remove();
  }
});

const WRONG = {
  "picture.json": [Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3, 0xff, 0xfe]), /not a text file/],
  "cut.json": ['{"name": "cut", "steps": [', /not valid JSON: line 1/],
  "empty.json": ["", /empty/i],
  "workflow.json": [JSON.stringify({ name: "My workflow", nodes: [{ type: "n8n-nodes-base.start", name: "Start", parameters: {}, position: [0, 0] }], connections: {} }), /n8n/],
  "ci.yml": ["name: CI\non: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n", /GitHub Actions/],
  "nothing.json": ['{"hello": "world"}', /no steps/i],
};

session("a file that is no plan is refused by name, with what to do, and nothing is stored", { page: at }, async ({ program, page }) => {
  const plans = new Plans(page);
  const given = files(Object.fromEntries(Object.entries(WRONG).map(([name, [content]]) => [name, content])));
  // As large as no plan is; it takes no room on the disk.
  writeFileSync(given.path("huge.json"), "");
  truncateSync(given.path("huge.json"), 200 * 1024 * 1024);
  try {
    await page.getByText("No plans yet").waitFor();
    await plans.importFiles(...Object.keys(WRONG).map((name) => given.path(name)));
    for (const [name, [, sentence]] of Object.entries(WRONG)) {
      await page.getByText(`${name} was not imported`).waitFor();
      await page.getByText(sentence).first().waitFor();
    }
    await plans.importFiles(given.path("huge.json"));
    await page.getByText("huge.json was not imported").waitFor();
    await page.getByText(/a plan can have 16 MB/).waitFor();
    assert.deepEqual(await stored(program), []);
  } finally {
    given.remove();
  }
});

session("a plan with faults is refused with all of them and their fixes", { page: at }, async ({ program, page }) => {
  const plans = new Plans(page);
  const steps = [{ id: "extract", prompt: "Read {{input.text}}." }, { id: "report", prompt: "Sum up {{extrct.output}}.", dependOn: ["extract"] }];
  const given = files({ "faulty.json": JSON.stringify({ name: "faulty", steps }) });
  try {
    await page.getByText("No plans yet").waitFor();
    await plans.importFiles(given.path("faulty.json"));
    await page.getByText("faulty.json was not imported").waitFor();
    await page.getByText("steps[1].dependOn", { exact: true }).first().waitFor();
    await page.getByRole("button", { name: "Copy the list" }).click();
    await page.getByText("Copied").waitFor();
    assert.match(await page.evaluate(() => navigator.clipboard.readText()), /steps\[1\]\.dependOn/);
    assert.deepEqual(await stored(program), []);
  } finally {
    given.remove();
  }
});

session("a plan of 10,000 steps comes in and is listed", { page: at }, async ({ program, page }) => {
  const plans = new Plans(page);
  const steps = Array.from({ length: 10_000 }, (_, index) => ({
    id: `s${index}`,
    prompt: index === 0 ? "Begin." : `Go on from {{s${index - 1}.output}}.`,
    ...(index === 0 ? {} : { dependsOn: [`s${index - 1}`] }),
  }));
  const given = files({ "long.json": JSON.stringify({ name: "long", steps }) });
  try {
    await page.getByText("No plans yet").waitFor();
    await plans.importFiles(given.path("long.json"));
    await plans.row("long").waitFor({ timeout: 60_000 });
    await plans.row("long").getByText("10,000").waitFor();
    assert.equal((await stored(program)).length, 1);
  } finally {
    given.remove();
  }
});

session("by keyboard: down the list, into a plan, back, and its menu", { page: at, prepare: five }, async ({ page }) => {
  const plans = new Plans(page);
  await plans.row("alpha").waitFor();
  const [, second] = await plans.names();
  await page.locator("body").press("j");
  await page.locator("body").press("j");
  const focused = await page.evaluate(() => document.activeElement.textContent);
  assert.ok([second, (await plans.names())[0]].includes(focused), `focus is on ${focused}`);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/plans\/dt_plan_/);
  await page.goBack();
  await plans.row("alpha").waitFor();
});
