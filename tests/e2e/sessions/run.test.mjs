// From a plan to its run: the first start, the form, the dry run, and all of it by keyboard alone.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Editor } from "../drivers/editor.mjs";
import { Execution } from "../drivers/execution.mjs";
import { session } from "../session.mjs";

const inputs = {
  type: "object",
  required: ["contract"],
  properties: {
    contract: { type: "string", title: "Contract", description: "The full text." },
    governing_law: { type: "string", title: "Governing law", default: "Germany" },
  },
};
const steps = [
  { id: "extract", prompt: "Extract clauses from {{input.contract}} under {{input.governing_law}}." },
  { id: "report", prompt: "Report on {{extract.output}}", dependsOn: ["extract"] },
];

const ready = async (program) => {
  await program.patch("/settings", { welcome: false, simulate: true, simulator: { delayMs: 20 } });
  const plan = await program.post("/plans", { name: "review", steps, inputSchema: inputs });
  return { plan, path: `/plans/${plan.id}?tab=run` };
};

session("the first start: the example runs on the simulator with one click, to its report", { program: { example: true } }, async ({ program, page }) => {
  await page.getByText("contract-review is ready to run").waitFor();
  await page.getByRole("button", { name: "Run on simulator" }).first().click();
  await page.waitForURL(/\/executions\/dt_exec_/);
  const execution = new Execution(page);
  await execution.is("Paused");
  await page.getByText("Simulated").first().waitFor();
  await execution.openStep("analyze-risk");
  await page.getByRole("button", { name: "Approve analyze-risk" }).click();
  await execution.is("Completed");
  await execution.stepIs("report", "Completed");
  // The panel has been answered: it does not come back.
  assert.equal((await program.get("/settings")).welcome, false);
  await page.goto(program.url);
  await page.waitForURL(/\/plans$/);
});

session("the form says which step needs what, takes a text file, and runs", { prepare: ready }, async ({ program, page, prepared }) => {
  await new Editor(page).ready();
  const run = page.getByRole("button", { name: /^Run on simulator/ }).last();
  await run.waitFor();
  assert.equal(await run.getAttribute("aria-disabled"), "true");
  await page.getByText(/extract needs this input/).waitFor();
  const folder = mkdtempSync(join(tmpdir(), "planloom-run-"));
  const file = (name) => join(folder, name);
  writeFileSync(file("contract.txt"), "The parties agree. ".repeat(500));
  writeFileSync(file("scan.pdf"), Buffer.from("%PDF-1.7\n\0\u0001binary"));
  writeFileSync(file("huge.txt"), "");
  truncateSync(file("huge.txt"), 200 * 1024 * 1024);
  const choose = async (name) => {
    const choosing = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: /Choose a file for/ }).first().click();
    await (await choosing).setFiles(file(name));
  };
  try {
    await choose("scan.pdf");
    await page.getByText(/scan\.pdf is a PDF/).waitFor();
    await choose("huge.txt");
    await page.getByText(/huge\.txt has .*16 MiB at most/).waitFor();
    await choose("contract.txt");
    await page.getByText(/about .* tokens/).waitFor();
    await page.getByText("$0, simulated").waitFor();
    await run.click();
    await page.waitForURL(/\/executions\/dt_exec_/);
    await new Execution(page).is("Completed");
    const [execution] = await program.get(`/plans/executions?planId=${prepared.plan.id}`);
    const { input } = await program.get(`/plans/executions/${execution.id}`);
    assert.ok(input.contract.startsWith("The parties agree."));
    assert.equal(input.governing_law, "Germany");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

session("a dry run shows every prompt, and stores nothing", { prepare: ready }, async ({ program, page, prepared }) => {
  await new Editor(page).ready();
  await page.getByLabel(/^Contract/).first().fill("A short contract.");
  await page.getByRole("button", { name: "Dry run" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: /^extract/ }).click();
  await dialog.getByText(/A short contract\./).first().waitFor();
  assert.deepEqual(await program.get(`/plans/executions?planId=${prepared.plan.id}`), []);
});

session("by keyboard alone, from the first start to a finished run", { program: { example: true } }, async ({ page }) => {
  await page.getByText("contract-review is ready to run").waitFor();
  const press = (key) => page.keyboard.press(key);
  /** Goes on with Tab until a control of that name has the focus. */
  const tabTo = async (name, most = 80) => {
    for (let nth = 0; nth < most; nth += 1) {
      const focused = await page.evaluate(() => {
        const { activeElement } = document;
        return activeElement?.getAttribute("aria-label") ?? activeElement?.textContent ?? "";
      });
      if (name.test(focused)) return;
      await press("Tab");
    }
    throw new Error(`Tab never came to ${name}`);
  };
  await tabTo(/^Run on simulator/);
  await press("Enter");
  await page.waitForURL(/\/executions\/dt_exec_/);
  const execution = new Execution(page);
  await execution.is("Paused");
  // The drawer follows to the step that waits. K goes back to the first, J on to it again.
  const approve = page.getByRole("button", { name: "Approve analyze-risk" });
  await approve.waitFor();
  for (const step of ["parties", "extract"]) {
    await press("k");
    await execution.drawer(step).waitFor();
  }
  for (const step of ["parties", "analyze-risk"]) {
    await press("j");
    await execution.drawer(step).waitFor();
  }
  await approve.waitFor();
  await press("a");
  await execution.is("Completed");
  await press("g");
  await press("e");
  await page.waitForURL(/\/executions$/);
  await page.getByRole("row").filter({ hasText: "contract-review" }).filter({ hasText: "Completed" }).waitFor();
});
