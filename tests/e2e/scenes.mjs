// Every screen of the program in every condition: what the pictures show and what axe reads.

import { eventually, Program } from "./program.mjs";
import { breakPlan, fill } from "./sample.mjs";

/** A screen that has not changed for so long has arrived. */
const STILL_MS = 250;
const AT_LAST_MS = 4_000;
const READING_MS = 15_000;

/** The programs that the scenes are in: one without anything, one just started, one full of work. */
export class House {
  static async open() {
    const house = new House();
    const started = [{}, { example: true }, { example: true }].map((how) => Program.start(how));
    [house.empty, house.first, house.full] = await Promise.all(started);
    house.sample = await fill(house.full);
    house.broken = await broken(house.full, house.sample.review);
    return house;
  }

  async close() {
    await this.sample.model.stop();
    await Promise.all([this.empty, this.first, this.full].map((program) => program.stop()));
  }

  /** Each: its name, its program, its address, and what is done before it is looked at. */
  scenes() {
    const { empty, first, full, broken } = this;
    const { executions, review } = this.sample;
    const editor = `/plans/${review.id}`;
    const execution = (name, search = "") => `/executions/${executions[name].id}${search}`;
    const settings = ["providers", "models", "queues", "api", "data", "appearance", "about"].map((section) => ({
      name: `settings-${section}`,
      program: full,
      path: `/settings/${section}`,
    }));
    const unavailable = (page) =>
      page.route("**/api/plans**", (route) =>
        route.request().url().includes("/events") ? route.continue() : route.fulfill({ status: 503, json: UNAVAILABLE }),
      );
    return [
      { name: "gate", program: empty, path: "/plans", hasKey: false },
      { name: "first-run", program: first, path: "/" },
      { name: "plans-empty", program: empty, path: "/plans" },
      { name: "plans-full", program: full, path: "/plans" },
      { name: "plans-cards", program: full, path: "/plans?view=cards" },
      { name: "plans-no-match", program: full, path: "/plans?search=nothing+is+called+that" },
      { name: "plans-broken", program: full, path: "/plans", before: unavailable },
      { name: "palette", program: full, path: "/plans", act: (page) => page.keyboard.press("Control+k") },
      { name: "keys", program: full, path: "/plans", act: (page) => page.locator("body").press("?") },
      { name: "editor-step", program: full, path: `${editor}?step=compliance&tab=step` },
      { name: "editor-plan", program: full, path: `${editor}?tab=plan` },
      { name: "editor-run", program: full, path: `${editor}?tab=run` },
      { name: "editor-problems", program: full, path: `/plans/${broken.id}` },
      { name: "editor-missing", program: full, path: "/plans/dt_plan_gone" },
      { name: "executions-empty", program: first, path: "/executions" },
      { name: "executions-full", program: full, path: "/executions" },
      { name: "executions-broken", program: full, path: "/executions", before: unavailable },
      { name: "execution-running", program: full, path: execution("running", "?step=compliance&tab=output") },
      { name: "execution-waiting", program: full, path: execution("running", "?step=analyze-risk&tab=output") },
      { name: "execution-attempts", program: full, path: execution("completed", "?step=analyze-risk&tab=attempts") },
      { name: "execution-completed", program: full, path: execution("completed", "?step=compliance&tab=output") },
      { name: "execution-failed", program: full, path: execution("due-diligence", "?step=extract-hr&tab=output") },
      { name: "execution-cancelled", program: full, path: execution("cancelled") },
      { name: "execution-missing", program: full, path: "/executions/dt_exec_gone" },
      ...settings,
      { name: "not-found", program: full, path: "/nowhere" },
      { name: "offline", program: full, path: "/plans", before: withoutStream, act: untilOffline, isOffline: true },
    ];
  }
}

const UNAVAILABLE = {
  success: false,
  error: {
    code: "STORE_UNAVAILABLE",
    message: "The disk is full. Make room; what has arrived is kept and written then.",
    details: { issues: [] },
  },
  meta: { requestId: "req_picture", timestamp: "2026-11-24T14:06:52.000Z" },
};

/** The stream of events never opens, as when the program has gone a moment ago. */
const withoutStream = (page) => page.route("**/api/events**", (route) => route.abort());
const untilOffline = (page) => page.getByRole("button", { name: /^(Now|Jetzt)$/ }).waitFor({ timeout: 10_000 });

/** A plan with errors, in the draft of a copy. */
async function broken(program, review) {
  const { name, steps, inputSchema, tags, description } = review;
  const copy = await program.post("/plans", { name: `${name} copy`, steps, inputSchema, tags, description });
  await program.ask("PUT", `/plans/${copy.id}/layout`, review.layout);
  await breakPlan(program, copy.id);
  return copy;
}

/** Waits until nothing on the screen has changed for a moment; a clock that ticks is not waited for for ever. */
export async function settle(page) {
  await isStill(page);
  // What came may have asked for more.
  await eventually("The screen's reading", () => page.asking.size === 0, READING_MS);
  await isStill(page);
}

function isStill(page) {
  return page.evaluate(
    ({ stillMs, atLastMs }) =>
      document.fonts.ready.then(
        () =>
          new Promise((resolve) => {
            const done = () => {
              observer.disconnect();
              resolve();
            };
            const last = setTimeout(done, atLastMs);
            let still = setTimeout(done, stillMs);
            const observer = new MutationObserver(() => {
              clearTimeout(still);
              still = setTimeout(() => {
                clearTimeout(last);
                done();
              }, stillMs);
            });
            observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
          }),
      ),
    { stillMs: STILL_MS, atLastMs: AT_LAST_MS },
  );
}

