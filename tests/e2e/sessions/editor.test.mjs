// Building a plan: from nothing by hand, connected, refused, undone, mended, published, and open in two windows.

import assert from "node:assert/strict";

import { Editor } from "../drivers/editor.mjs";
import { Plans } from "../drivers/plans.mjs";
import { eventually } from "../program.mjs";
import { session } from "../session.mjs";

const SEED = [
  { id: "extract", prompt: "Extract key clauses from: {{input.contract}}" },
  { id: "analyze", prompt: "Analyze risks in: {{extract.output}}", dependsOn: ["extract"] },
  { id: "report", prompt: "Generate report from: {{analyze.output}}", dependsOn: ["analyze"] },
];

/** A published plan, opened on its canvas. */
const opened = (steps = SEED, name = "contract-review") => async (program) => {
  const plan = await program.post("/plans", { name, steps });
  await program.patch("/settings", { welcome: false, simulate: true });
  return { plan, path: `/plans/${plan.id}` };
};

const draftOf = async (program, id) => (await program.get(`/plans/${id}/draft`)).document;

session("the seed's plan is built from nothing: steps by keys, threads by dragging and by the panel", { page: { path: "/plans" } }, async ({ program, page }) => {
  await new Plans(page).open();
  await page.keyboard.press("c");
  const dialog = page.getByRole("dialog", { name: "New plan" });
  await dialog.getByLabel("Name").fill("contract-review");
  await page.keyboard.press("Enter");
  const editor = new Editor(page);
  await editor.ready();
  await editor.step("summary").waitFor();
  await editor.select("summary");
  await editor.rename("extract");
  await editor.writePrompt(SEED[0].prompt);
  await editor.step("extract").click();
  await editor.add("analyze");
  await editor.writePrompt(SEED[1].prompt);
  await editor.step("analyze").click();
  await editor.add("report");
  await editor.writePrompt(SEED[2].prompt);

  await editor.select("extract");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /Fit/ }).first().click();
  const id = /dt_plan_\w+/.exec(page.url())[0];
  const dependsOn = async (of, from) => {
    const { steps } = await draftOf(program, id);
    return steps.find((step) => step.id === of).dependsOn?.includes(from);
  };
  // A step that was added beside a selected one may stand after it already; what is missing is drawn.
  await editor.select("analyze");
  if (!(await editor.hasDependency("extract"))) await editor.drag("extract", "analyze");
  await eventually("The thread from extract to analyze", () => dependsOn("analyze", "extract"));
  await editor.select("report");
  if (!(await editor.hasDependency("analyze"))) await editor.dependOn("analyze");
  await eventually("The thread from analyze to report", () => dependsOn("report", "analyze"));
  await editor.saved();

  await page.getByRole("button", { name: /Publish v2/ }).click();
  await page.getByRole("button", { name: /^Publish v2/ }).last().click();
  const plan = await eventually("The published plan", async () => {
    const published = await program.get(`/plans/${id}`);
    return published.version === 2 && published;
  });
  assert.deepEqual(new Set(plan.steps.map((step) => step.id)), new Set(["extract", "analyze", "report"]));
  for (const { id: step, prompt } of SEED) assert.equal(plan.steps.find((each) => each.id === step).prompt, prompt);
});

session("a thread that would close a cycle is refused while it is drawn, with the reason", { prepare: opened() }, async ({ program, page, prepared }) => {
  const editor = new Editor(page);
  await editor.ready();
  await editor.step("report").waitFor();
  const before = (await program.get(`/plans/${prepared.plan.id}`)).steps;
  await editor.drag("report", "extract", { holds: true });
  await page.getByText("extract already leads to report. This would close a cycle.").first().waitFor();
  await page.mouse.up();
  // Nothing has changed, so there is nothing to save and nothing to undo.
  await page.getByText("No changes").waitFor();
  await editor.select("extract");
  await editor.dependencies().getByText(/report/).waitFor({ state: "detached" });
  assert.deepEqual((await program.get(`/plans/${prepared.plan.id}`)).steps, before);
});

session("everything that was done is undone, to the start, and done again", { prepare: opened() }, async ({ program, page, prepared }) => {
  const editor = new Editor(page);
  await editor.ready();
  const start = (await program.get(`/plans/${prepared.plan.id}`)).steps;
  await editor.select("analyze");
  await editor.rename("weigh");
  await editor.step("weigh").click();
  await page.keyboard.press("Escape");
  await editor.step("report").click();
  await page.keyboard.press("Delete");
  await editor.step("report").waitFor({ state: "detached" });
  await page.keyboard.press("s");
  await editor.idField().waitFor();
  await page.keyboard.press("Escape");
  await editor.saved();

  const undo = page.getByRole("button", { name: /^Undo: / });
  let undone = 0;
  while ((await undo.count()) > 0 && undone < 20) {
    await undo.first().click();
    undone += 1;
  }
  assert.ok(undone >= 3, `${undone} acts were undone`);
  await editor.step("report").waitFor();
  await editor.step("analyze").waitFor();
  const same = async () => {
    const draft = await program.get(`/plans/${prepared.plan.id}/draft`).catch(() => null);
    const steps = draft === null ? start : draft.document.steps;
    return JSON.stringify(steps.map(({ id, prompt, dependsOn }) => [id, prompt, dependsOn ?? []])) === JSON.stringify(start.map(({ id, prompt, dependsOn }) => [id, prompt, dependsOn ?? []]));
  };
  await eventually("The plan as it was", same);
  await page.getByRole("button", { name: /^Redo: / }).first().click();
  await editor.step("weigh").waitFor();
});

session("a problem stands at its step and in the list, and its fix mends it", { prepare: opened() }, async ({ program, page, prepared }) => {
  const editor = new Editor(page);
  await editor.ready();
  await editor.select("report");
  await editor.dependencies().getByRole("button", { name: /analyze/ }).click();
  const problems = page.getByRole("region", { name: "Problems" });
  await problems.getByText("UNDECLARED_DEPENDENCY").waitFor();
  await problems.getByText("1 error").waitFor();
  // What is wrong stands at the step too, and the list leads there.
  await editor.step("report").and(page.getByRole("button", { name: /analyze/ })).waitFor();
  await problems.getByRole("listitem").getByRole("button", { name: "Depend on analyze" }).click();
  await problems.getByText("None found").waitFor();
  await eventually("The mended plan", async () => {
    // A draft that is the published plan again may be none.
    const { steps } = await draftOf(program, prepared.plan.id).catch(() => program.get(prepared.path));
    return steps.at(-1).dependsOn?.includes("analyze");
  });
});

session("two windows on one plan: the later one is told, and nothing is lost", { prepare: opened() }, async ({ program, page, prepared, open }) => {
  const editor = new Editor(page);
  await editor.ready();
  const other = await open({ path: prepared.path });
  const second = new Editor(other);
  await second.ready();
  await editor.select("extract");
  await editor.writePrompt("Here: {{input.contract}}");
  await editor.saved();
  await second.select("report");
  await second.writePrompt("There: {{analyze.output}}");
  await other.getByText(/Changed in another window/).waitFor();
  await other.getByRole("button", { name: "Load theirs" }).click();
  await second.select("extract");
  await eventually("Their prompt", async () => {
    const field = second.promptField();
    return `${await field.inputValue().catch(() => field.innerText())}`.includes("Here:");
  });
  // Mine is one undo away.
  await other.getByRole("button", { name: /^Undo: / }).click();
  await second.select("report");
  await eventually("My prompt", async () => {
    const field = second.promptField();
    return `${await field.inputValue().catch(() => field.innerText())}`.includes("There:");
  });
  await eventually("My draft", async () => (await draftOf(program, prepared.plan.id)).steps.at(-1).prompt.startsWith("There:"));
});

session("the program goes away while somebody edits: it says so, and the draft is saved when it is back", { prepare: opened() }, async ({ program, page, prepared }) => {
  const editor = new Editor(page);
  await editor.ready();
  await editor.select("extract");
  await program.kill();
  await editor.writePrompt("Written while nobody listened: {{input.contract}}");
  await page.getByText(/Not saved, kept in this window/).waitFor();
  await program.serve();
  await eventually("The draft", async () =>
    (await draftOf(program, prepared.plan.id)).steps[0].prompt.startsWith("Written while nobody"),
  );
  await editor.saved();
});

session("a plan of 10,000 steps opens on the canvas", { prepare: opened(Array.from({ length: 10_000 }, (_, index) => ({ id: `s${index}`, prompt: index === 0 ? "Begin." : `Go on from {{s${index - 1}.output}}.`, ...(index === 0 ? {} : { dependsOn: [`s${index - 1}`] }) })), "long") }, async ({ page }) => {
  const editor = new Editor(page);
  await editor.canvas().waitFor({ timeout: 60_000 });
  await page.getByRole("button", { name: /^10,000 steps/ }).waitFor({ state: "attached", timeout: 60_000 });
});
