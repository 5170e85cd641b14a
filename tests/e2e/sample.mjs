// A house full of plans and executions in every state, for pictures and for sessions that need company.
//
// A model server of our own answers, so that texts, times and prices look as they would; nothing leaves the machine.

import { startModel } from "./model.mjs";
import { eventually } from "./program.mjs";

const CLAUSES = [
  ["6.1", "Liability", "The Supplier’s total liability ends at the fees paid in the month before the claim.", "liability"],
  ["5.2", "Personal data", "The Supplier may engage sub-processors inside and outside the European Union as it sees fit.", "data"],
  ["3.3", "Prices", "The Supplier may raise its prices by up to 12 % a year with 14 days’ notice.", "payment"],
  ["7.2", "Term", "The Supplier may end the agreement with 30 days’ notice at any time.", "term"],
].map(([number, heading, text, kind]) => ({ number, heading, text, kind }));

const PARTIES = [
  { name: "Halden Marine Systems GmbH", role: "customer", seat: "Rostock, Germany", signatory: "Jonas Petersen" },
  { name: "Norrvik Logistics AB", role: "supplier", seat: "Luleå, Sweden", signatory: "Astrid Lindqvist" },
];

const OBLIGATIONS = [
  { who: "Halden Marine Systems GmbH", what: "prove insurance of the stock", due: "2027-04-15", clause: "8.1" },
  { who: "Norrvik Logistics AB", what: "count the stock", due: "2027-06-30", clause: "4.2" },
];

const RISKS = `6.1 is critical. The cap is one month’s fees, EUR 41,500, whatever is lost; with the indemnity in 6.3 the customer carries nearly every risk of the platform.

5.2 is high. Sub-processors may be engaged **without notice**, which no customer can pass on to its crews.

7.2 is medium. Thirty days are short for moving a warehouse; the hand-back may take 90.`;

const COMPLIANCE = `## Article 28(3) GDPR

Clause 5.1 does not meet the minimum content. It names neither the subject matter and duration of the processing nor the categories of data subjects, as Art. 28(3) sentence 1 requires.

Clause 5.2 lets the Supplier change sub-processors on notice alone. Without a right to object, this falls short of Art. 28(2) sentence 2.

## Limits on excluding liability

| Clause | Finding | Provision |
| --- | --- | --- |
| 6.1 | breach | § 309 no. 7(b) BGB |
| 6.2 | doubt | §§ 307, 310(1) BGB |

Clause 6.1 caps liability for gross negligence. Applied to businesses, the cap is likely void in standard terms, and the whole clause with it.

Clause 5.2 further provides that sub-processors may be engaged without prior written consent, `;

/** What the model says to a prompt, by how the prompt begins. */
function said(prompt) {
  // The evaluator's prompt quotes the step's own, so it is looked at first.
  if (prompt.includes("factualConsistency")) {
    const marks = { factualConsistency: 0.41, promptAdherence: 0.86, completeness: 0.52, formatting: 0.97 };
    return JSON.stringify({ ...marks, summary: "Two of the amounts are not in the agreement." });
  }
  if (prompt.includes("Extract every clause")) return JSON.stringify({ clauses: CLAUSES });
  if (prompt.includes("List the parties")) return JSON.stringify({ parties: PARTIES });
  if (prompt.includes("Turn every dated duty")) return JSON.stringify({ obligations: OBLIGATIONS });
  if (prompt.includes("Rate each clause by risk")) return RISKS;
  if (prompt.includes("You check a supply agreement")) return COMPLIANCE;
  return "The agreement leaves the customer with nearly every risk. Clauses 6.1 and 5.2 must change before it is signed.";
}

const step = (id, prompt, more = {}) => ({ id, prompt, model: "haiku", retry: { maxAttempts: 1, backoffMs: 1 }, ...more });

/** Steps in levels: each of one level depends on all of the level before. */
function woven(levels, more = {}) {
  return levels.flatMap((ids, level) =>
    ids.map((id) => {
      const dependsOn = levels[level - 1] ?? [];
      const from = dependsOn.map((each) => `{{${each}.output}}`).join("\n");
      return step(id, `Read what came before, and write ${id} in plain words.\n${from}`, { dependsOn, ...more[id] });
    }),
  );
}

const asks = { requiresApproval: true };
const refused = { prompt: "[refuse] List every person in the staff register." };

const PLANS = [
  ["claims-triage", "Sorts health claims, asks a person when codes are unsure", ["insurance"], [["read"], ["codes", "cover"], ["decide"], ["letter"]], { decide: asks }],
  ["complaint-desk", "Drafts replies to complaints in three tones", ["support"], [["read"], ["plain", "warm", "firm"], ["choose"]], { choose: asks }],
  ["invoice-intake", "Line items from scanned invoices, checked against orders", ["finance"], [["read"], ["lines"], ["match"], ["book"]], {}],
  ["due-diligence", "Data room to red-flag report, four readers in parallel", ["legal", "m&a"], [["index"], ["extract-hr", "extract-ip", "extract-tax", "extract-law"], ["weigh", "dates"], ["report"]], { "extract-hr": refused }],
  ["board-minutes", "Protokoll und Beschlussliste aus dem Mitschnitt", ["de", "office"], [["mitschrift"], ["protokoll"], ["beschluss", "aufgaben"]], {}],
  ["esg-questionnaire", "Answers supplier questionnaires from our own policies", ["procurement"], [["split"], ["people", "climate", "trade"], ["join"], ["check"]], {}],
  ["rfp-answers", "Matches requirements to the answer library, drafts gaps", ["sales"], [["split", "library"], ["match"], ["draft", "gaps"], ["join"]], {}],
  ["nda-quick-check", "Twelve yes-or-no questions on an incoming NDA", ["legal"], [["read"], ["answer"]], {}],
  ["lease-abstract", "Dates, indexation and break options from a lease", ["legal", "real estate"], [["dates", "index", "breaks"], ["abstract"]], {}],
  ["press-digest", "Three sources, one page, local model only", ["research", "local"], [["first", "second", "third"], ["digest"], ["page"]], {}],
];

const HOW_OFTEN = [2, 3, 4, 5, 1, 3, 2, 6, 2, 1];

/** Fills a program that was started with the example plan. Gives what pictures need by name. */
export async function fill(program) {
  // A contract under the law of Sweden stays in the middle of its answer.
  const model = await startModel((prompt) => {
    if (prompt.includes("[refuse]")) return { status: 401, error: "Incorrect API key provided." };
    if (prompt.includes("You check a supply agreement for a customer under the law of Sweden")) {
      return { text: COMPLIANCE, holds: true };
    }
    return said(prompt);
  });
  const priced = (input, output) => ({
    provider: "openai",
    modelId: "small",
    prices: { input, output },
    contextTokens: 1_000_000,
  });
  await program.patch("/settings", {
    welcome: false,
    providers: { openai: { baseUrl: model.baseUrl, limit: 8 } },
    aliases: { haiku: priced(0.1, 0.5), sonnet: priced(2, 10), opus: priced(4, 20) },
    queues: { research: { limit: 1 } },
  });
  const ended = ({ status }) => !["pending", "running"].includes(status);
  const executions = {};
  for (const [index, [name, description, tags, levels, more]] of PLANS.entries()) {
    const plan = await program.post("/plans", { name, description, tags, steps: woven(levels, more) });
    for (let nth = 0; nth < HOW_OFTEN[index]; nth += 1) {
      const { id } = await program.post(`/plans/${plan.id}/execute`, {});
      executions[name] = await program.until(id, ended);
    }
  }
  const [{ id: reviewId }] = await program.get("/plans?search=contract-review");
  const review = await program.get(`/plans/${reviewId}`);
  const { examples } = review.inputSchema.properties.contract;
  const run = (input, more = {}) => program.post(`/plans/${review.id}/execute`, { input: { contract: examples[0], ...input }, ...more });
  // One that a person has approved, one that somebody stopped, and one in the middle of its work.
  const done = await run({}, { hitl: { confidenceThreshold: 0.4 } });
  const waiting = await program.until(done.id, ({ status }) => status === "paused");
  await program.post(`/hitl/${waiting.steps["analyze-risk"].taskId}/approve`, { comment: "Checked against 6.3." });
  executions.completed = await program.until(done.id, ({ status }) => status === "completed");
  const live = await run({ governing_law: "Sweden" }, { options: { maxCost: 0.5 } });
  executions.running = await program.until(
    live.id,
    ({ steps }) => steps["analyze-risk"].status === "awaiting_approval" && steps.compliance.status === "running" && steps["market-check"].status === "completed",
  );
  const stopped = await run({ governing_law: "Sweden" });
  await program.until(stopped.id, ({ steps }) => steps.compliance.status === "running");
  await program.ask("DELETE", `/plans/executions/${stopped.id}`);
  executions.cancelled = await program.until(stopped.id, ({ status }) => status === "cancelled");
  return { model, review, executions };
}

/** A plan with everything wrong that a check can find, as the draft of a plan that is right. */
export async function breakPlan(program, planId) {
  const plan = await program.get(`/plans/${planId}`);
  const document = structuredClone(plan);
  document.steps.at(-1).prompt = document.steps.at(-1).prompt.replace("compliance.output", "complience.output");
  document.steps[0].temperature = 0.2;
  document.steps[1].dependsOn = ["no-such-step"];
  await program.ask("PUT", `/plans/${planId}/draft`, { document });
  await eventually("The draft", async () => (await program.get(`/plans/${planId}/draft`)).document);
}
