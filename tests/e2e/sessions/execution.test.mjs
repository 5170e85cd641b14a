// An execution while it runs: seen, left, cancelled, resumed, killed, decided; and output that means harm.

import assert from "node:assert/strict";

import { Execution } from "../drivers/execution.mjs";
import { eventually } from "../program.mjs";
import { session } from "../session.mjs";

/** Long enough to be seen, reloaded and seen again, beside a build too. */
const SLOW_MS = 6_000;

/** A plan of steps one after the other, started on the simulator; the page opens on it. */
const running = (steps, more = {}) => async (program) => {
  await program.patch("/settings", { simulate: true, simulator: { directives: true, delayMs: 20, ...more.simulator } });
  const plan = await program.post("/plans", { name: more.name ?? "chain", steps });
  const { id } = await program.post(`/plans/${plan.id}/execute`, { input: more.input ?? {}, options: { simulate: true } });
  if (more.until) await program.until(id, more.until);
  return { id, plan, path: `/executions/${id}${more.search ?? ""}` };
};

const chain = (...delays) =>
  delays.map((delayMs, index) => ({
    id: `step-${index + 1}`,
    // The simulator quotes prompts, and the last directive wins, so it stands at the end.
    prompt: `Write part ${index + 1}.${index === 0 ? "" : ` After: {{step-${index}.output}}`} [[sim:delay=${delayMs}]]`,
    ...(index === 0 ? {} : { dependsOn: [`step-${index}`] }),
  }));

session("every step is seen changing, its text comes in, and a reload in the middle loses nothing", { prepare: running(chain(SLOW_MS, SLOW_MS, 20), { search: "?step=step-1&tab=output" }) }, async ({ page, program, prepared }) => {
  const execution = new Execution(page);
  await execution.is("Running");
  await execution.stepIs("step-1", "Running");
  await execution.stepIs("step-2", "Pending");
  await page.getByText("Simulated").first().waitFor();
  // The text comes in while the call runs.
  const output = execution.drawer("step-1").getByRole("tabpanel");
  await eventually("The first words", async () => (await output.innerText()).length > 80);
  assert.equal((await program.get(`/plans/executions/${prepared.id}`)).steps["step-1"].status, "running");

  await page.reload();
  await execution.is("Running");
  await execution.drawer("step-1").waitFor();
  await execution.stepIs("step-1", "Completed");
  await execution.stepIs("step-2", "Running");
  await execution.is("Completed");
  await execution.stepIs("step-3", "Completed");
  await execution.strip().getByText("3 of 3 completed").waitFor();
});

session("it is cancelled after a question, keeps what is finished, and is resumed", { prepare: running(chain(20, 60_000), { until: ({ steps }) => steps["step-2"].status === "running" }) }, async ({ page, program, prepared }) => {
  const execution = new Execution(page);
  await execution.is("Running");
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  const question = page.getByRole("alertdialog");
  await question.getByText("1 finished step keeps its result.").waitFor();
  await question.getByRole("button", { name: "Keep running" }).click();
  await execution.is("Running");
  await page.getByRole("button", { name: "Cancel", exact: true }).click();
  await question.getByRole("button", { name: "Cancel execution" }).click();
  await execution.is("Cancelled");
  await execution.stepIs("step-1", "Completed");
  await execution.stepIs("step-2", "Cancelled");

  await page.getByRole("button", { name: "Resume" }).click();
  await execution.is("Running");
  await execution.stepIs("step-2", "Running");
  const { steps } = await program.get(`/plans/executions/${prepared.id}`);
  assert.equal(steps["step-1"].attempt, 1, "what was finished is not paid again");
});

session("the program is killed in the middle: the page says so, stays readable, and goes on by itself", { prepare: running(chain(20, 4_000, 20), { until: ({ steps }) => steps["step-2"].status === "running" }) }, async ({ page, program, prepared }) => {
  const execution = new Execution(page);
  await execution.stepIs("step-2", "Running");
  await program.kill();
  await page.getByText(/Connection lost/).waitFor();
  await execution.stepIs("step-1", "Completed");
  await program.serve();
  await page.getByText(/Connection lost/).waitFor({ state: "detached" });
  await program.until(prepared.id, ({ status }) => status === "completed");
  await execution.is("Completed");
  await execution.stepIs("step-3", "Completed");
  const { attempts } = await program.get(`/plans/executions/${prepared.id}/steps/step-2`);
  assert.equal(attempts.length, 2, "the interrupted call and the one that finished");
  const first = await program.get(`/plans/executions/${prepared.id}/steps/step-1`);
  assert.equal(first.attempts.length, 1, "what was finished was not called again");
});

const asking = [
  { id: "draft", prompt: "[[sim:output=The draft of a letter.]] Write a letter.", requiresApproval: true },
  { id: "send", prompt: "Send {{draft.output}}", dependsOn: ["draft"] },
];
const asked = { search: "?step=draft&tab=output", until: ({ status }) => status === "paused" };

session("a waiting step is approved, by the act that its button names", { prepare: running(asking, asked) }, async ({ page, program, prepared }) => {
  const execution = new Execution(page);
  await execution.is("Paused");
  await execution.strip().getByText("1 open").waitFor();
  await page.getByText("The draft of a letter.").first().waitFor();
  await page.getByRole("button", { name: "Approve draft" }).click();
  await execution.is("Completed");
  await execution.stepIs("send", "Completed");
  const { steps } = await program.get(`/plans/executions/${prepared.id}`);
  const history = await program.get(`/hitl/${steps.draft.taskId}/history`);
  assert.deepEqual(history.map(({ event }) => event), ["requested", "approved"]);
});

session("a waiting step is rejected by keyboard: a reason is needed, then it stops", { prepare: running(asking, asked) }, async ({ page, program, prepared }) => {
  const execution = new Execution(page);
  await execution.is("Paused");
  await page.getByRole("button", { name: "Approve draft" }).waitFor();
  await page.locator("body").press("r");
  const decision = page.getByRole("region", { name: "Decision on draft" });
  await decision.getByLabel("Reason").waitFor();
  await decision.getByRole("radio", { name: "Stop" }).click();
  await decision.getByRole("button", { name: "Reject and stop" }).click();
  await decision.getByText("Say why.").waitFor();
  await decision.getByLabel("Reason").fill("The tone is wrong.");
  await decision.getByRole("button", { name: "Reject and stop" }).click();
  await execution.is("Failed");
  await execution.stepIs("draft", "Rejected");
  await execution.stepIs("send", "Cancelled");
  const { steps } = await program.get(`/plans/executions/${prepared.id}`);
  assert.equal(steps.draft.status, "rejected");
});

session("a rejected step is tried again with the reason, and asked about again", { prepare: running(asking, asked) }, async ({ page, program, prepared }) => {
  const execution = new Execution(page);
  await execution.is("Paused");
  await page.getByRole("button", { name: "Reject…" }).click();
  const decision = page.getByRole("region", { name: "Decision on draft" });
  await decision.getByLabel("Reason").fill("Too long.");
  await decision.getByRole("radio", { name: "Retry" }).click();
  await decision.getByRole("button", { name: "Reject and retry" }).click();
  await program.until(prepared.id, ({ status, steps }) => status === "paused" && steps.draft.status === "awaiting_approval");
  await page.getByRole("button", { name: "Approve draft" }).click();
  await execution.is("Completed");
});

const HOSTILE = `# Report <script>document.title = "taken"</script>

<img src="https://example.com/pixel.png" onerror="document.title='taken'"> ![tracker](https://example.com/image.png)

<iframe src="https://example.com/"></iframe> <form action="https://example.com/"><button>Log in</button></form>

[press here](javascript:document.title='taken') [or here](https://example.com/bait) <b onclick="document.title='taken'">bold</b>

<style>body { display: none }</style> <link rel="stylesheet" href="https://example.com/a.css">`;

session("output full of HTML, scripts and remote images is text: nothing runs, nothing is loaded", { prepare: running([{ id: "write", prompt: "[[sim:output={{input.text}}]]" }], { input: { text: HOSTILE }, search: "?step=write&tab=output", until: ({ status }) => status === "completed" }) }, async ({ page }) => {
  const execution = new Execution(page);
  const panel = execution.drawer("write").getByRole("tabpanel");
  await panel.getByRole("heading", { name: /Report/ }).waitFor();
  await panel.getByText("tracker (image not loaded)").waitFor();
  for (const tag of ["script", "img", "iframe", "form", "style", "link", "[onclick]", "[onerror]"]) {
    assert.equal(await panel.locator(tag).count(), 0, `a <${tag}> of the model`);
  }
  // A link shows where it leads before it leads anywhere; a script's address is no link at all.
  const away = [];
  page.context().on("page", (other) => away.push(other.url()));
  await panel.getByText("or here").click();
  const dialog = page.getByRole("dialog", { name: "This link leads out of Planloom" });
  await dialog.getByText("https://example.com/bait").waitFor();
  await page.keyboard.press("Escape");
  await panel.getByText("press here").click();
  assert.equal(await page.getByRole("dialog").count(), 0);
  assert.deepEqual(away, []);
  await page.getByRole("radio", { name: "Raw" }).click();
  await panel.getByText("<iframe src=").first().waitFor();
  assert.equal(await page.evaluate(() => document.title), "Planloom");
});

const LONG = "All work and no play makes a long line. ".repeat(262_144);

session("10 MB on one line stay quick to read, raw too", { prepare: running([{ id: "write", prompt: "[[sim:output={{input.text}}]]", timeoutMs: 120_000 }], { input: { text: LONG }, search: "?step=write&tab=output", until: ({ status }) => status === "completed" }) }, async ({ page }) => {
  const execution = new Execution(page);
  await execution.drawer("write").getByText("All work and no play").first().waitFor({ timeout: 30_000 });
  const began = Date.now();
  await page.getByRole("radio", { name: "Raw" }).click();
  await execution.drawer("write").getByText("All work and no play").first().waitFor();
  await execution.tab("Usage");
  await execution.tab("Output");
  const tookMs = Date.now() - began;
  assert.ok(tookMs < 8_000, `it took ${tookMs} ms`);
});

session("a failed step says what happened, what it means and what to do", { prepare: running([{ id: "call", prompt: "[[sim:fail=401]] Hello.", retry: { maxAttempts: 1, backoffMs: 1 } }], { search: "?step=call&tab=output", until: ({ status }) => status === "failed" }) }, async ({ page }) => {
  const execution = new Execution(page);
  await execution.is("Failed");
  const drawer = execution.drawer("call");
  await drawer.getByText("The provider refused the key").waitFor();
  await drawer.getByText(/Replace the key in settings, then resume/).waitFor();
  await drawer.getByText(/PROVIDER_AUTH/).waitFor();
  await drawer.getByRole("link", { name: "Open settings" }).click();
  await page.getByRole("heading", { name: "Providers and keys" }).waitFor();
});

session("the list shows a new execution by itself, and finds by status and name", { prepare: running(chain(20), { name: "first", until: ({ status }) => status === "completed" }) }, async ({ page, program, prepared }) => {
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Executions" }).click();
  const rows = page.getByRole("table", { name: "Executions" }).getByRole("row");
  await rows.filter({ hasText: "first" }).waitFor();
  const second = await program.post("/plans", { name: "second", steps: [{ id: "only", prompt: "[[sim:fail=400]] Hi.", retry: { maxAttempts: 1, backoffMs: 1 } }] });
  await program.post(`/plans/${second.id}/execute`, { options: { simulate: true } });
  await rows.filter({ hasText: "second" }).filter({ hasText: "Failed" }).waitFor();

  await page.locator("body").press("/");
  await page.keyboard.type("second");
  await rows.filter({ hasText: "first" }).waitFor({ state: "detached" });
  await page.getByRole("searchbox").fill("");
  await page.getByRole("combobox", { name: "Status" }).click();
  await page.getByRole("option", { name: "Completed" }).click();
  await rows.filter({ hasText: "second" }).waitFor({ state: "detached" });
  await page.waitForURL(/status=completed/);
  await rows.filter({ hasText: "first" }).getByRole("link").click();
  await page.waitForURL(new RegExp(prepared.id));
});

session("an address of no execution says so and leads on", { page: { path: "/executions/dt_exec_gone" } }, async ({ page }) => {
  await page.getByText("There is no such execution").waitFor();
  await page.getByText("All executions").click();
  await page.waitForURL(/\/executions$/);
});
