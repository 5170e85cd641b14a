// The panel as a person meets it: what is missing, what it costs, and one start for one intention.

import { QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { makeQueryClient } from "../../../api/queries";
import { TooltipProvider } from "../../../components/Tooltip";
import { readDraft } from "../model/draft";
import { type Editor, EditorContext } from "../useEditor";
import { forgetForm } from "./remembered";
import { RunPanel } from "./RunPanel";

const sent = vi.hoisted(() => ({
  requests: [] as { path: string; method: string; key: string | null; body: Record<string, unknown> }[],
  answer: (_path: string): [number, unknown] => [200, {}],
  navigate: (_to: unknown): void => {},
}));

vi.mock("#door", () => ({
  shell: { kind: "browser" },
  transport: {
    fetch: async (request: Request) => {
      const path = new URL(request.url).pathname;
      const text = await request.text();
      const body: Record<string, unknown> = text === "" ? {} : JSON.parse(text);
      sent.requests.push({ path, method: request.method, key: request.headers.get("Idempotency-Key"), body });
      const [status, data] = sent.answer(path);
      const whole = status < 400 ? { success: true, data, pagination: {} } : { success: false, error: data };
      return new Response(JSON.stringify(whole), { status, headers: { "content-type": "application/json" } });
    },
  },
}));

vi.mock("@tanstack/react-router", () => ({ useNavigate: () => (to: unknown) => sent.navigate(to) }));

const settings = {
  providers: {},
  aliases: { sonnet: { provider: "anthropic" } },
  evaluator: "haiku",
  simulate: false,
  welcome: false,
  secrets: { where: "keychain" },
};
const dryRun = {
  status: "dry_run",
  levels: [["a"]],
  steps: { a: { prompt: "Read x", unresolved: [], model: "sonnet", tokens: 3, costMin: 0.19, costMax: 0.26 } },
  costMin: 0.19,
  costMax: 0.26,
  reviews: ["a"],
  reviewsMaybe: [],
  warnings: [],
};

function answers(change: Record<string, [number, unknown]> = {}): void {
  sent.answer = (path) => {
    const own = Object.entries(change).find(([end]) => path.endsWith(end))?.[1];
    if (own) return own;
    if (path === "/api/settings") return [200, settings];
    if (path === "/api/plans/dry-run") return [200, dryRun];
    if (path.endsWith("/execute")) return [201, { id: "dt_exec_1" }];
    return [200, []];
  };
}

function show(change: Partial<Editor> = {}): void {
  const editor: Editor = {
    planId: "dt_plan_1",
    version: 7,
    plan: readDraft({ name: "p", steps: [{ id: "a", prompt: "Read {{input.contract}}", model: "sonnet" }] }),
    layout: { nodes: {}, notes: [] },
    problems: [],
    problemsOf: () => [],
    selection: new Set(),
    selectedSteps: [],
    select: () => {},
    perform: () => {},
    undo: () => {},
    redo: () => {},
    undoName: null,
    redoName: null,
    models: [model(true)],
    queues: [],
    saved: { state: "saved" },
    isDirty: false,
    publish: async () => ({ outcome: "published", version: 8 }),
    focusPrompt: () => {},
    focusId: () => {},
    promptFocus: 0,
    idFocus: 0,
    previewConnection: () => {},
    preview: null,
    ...change,
  };
  const world = (children: ReactNode) => (
    <QueryClientProvider client={makeQueryClient(() => {})}>
      <TooltipProvider>
        <EditorContext value={editor}>{children}</EditorContext>
      </TooltipProvider>
    </QueryClientProvider>
  );
  render(world(<RunPanel />));
}

const model = (canRun: boolean): Editor["models"][number] => ({
  alias: "sonnet",
  provider: "anthropic",
  modelId: "claude",
  prices: null,
  maxOutputTokens: 8192,
  refusesTemperature: false,
  canRun,
});

const runs = () => sent.requests.filter(({ path }) => path.endsWith("/execute"));
const field = () => screen.findByRole<HTMLTextAreaElement>("textbox", { name: /^contract/ });
const button = (name: RegExp) => screen.getByRole("button", { name });

beforeEach(() => {
  sent.requests.length = 0;
  sent.navigate = vi.fn();
  localStorage.clear();
  forgetForm("dt_plan_1");
  answers();
});
afterEach(cleanup);

it("is off while an input is missing, and the field says who needs it", async () => {
  show();
  const contract = await field();
  expect(button(/^Run/).getAttribute("aria-disabled")).toBe("true");
  fireEvent.blur(contract);
  expect(screen.getByRole("alert").textContent).toBe("a needs this input.");
  expect(contract.getAttribute("aria-invalid")).toBe("true");
});

it("says what it will cost, then starts once for two clicks and goes there", async () => {
  show();
  fireEvent.change(await field(), { target: { value: "Text" } });
  await screen.findByText("$0.19 to $0.26");
  fireEvent.click(button(/^Run/));
  fireEvent.click(button(/^Run|Starting/));
  await waitFor(() => expect(sent.navigate).toHaveBeenCalledOnce());
  expect(runs()).toHaveLength(1);
  expect(runs()[0]).toMatchObject({
    path: "/api/plans/dt_plan_1/execute",
    body: { input: { contract: "Text" }, planVersion: 7 },
  });
  expect(runs()[0]?.key).toMatch(/^[0-9a-f-]{36}$/);
});

it("sends the same key again after a lost answer", async () => {
  answers({ "/execute": [503, { code: "STORE_UNAVAILABLE", message: "The disk is full.", details: { issues: [] } }] });
  show();
  fireEvent.change(await field(), { target: { value: "Text" } });
  fireEvent.click(button(/^Run/));
  expect((await screen.findByRole("alert")).textContent).toContain("The disk is full.");
  answers();
  fireEvent.click(button(/^Run/));
  await waitFor(() => expect(sent.navigate).toHaveBeenCalledOnce());
  expect(runs()[0]?.key).toBe(runs()[1]?.key);
});

it("publishes a changed draft first, and starts nothing where that is refused", async () => {
  show({ isDirty: true, publish: async () => ({ outcome: "refused", message: "No." }) });
  fireEvent.change(await field(), { target: { value: "Text" } });
  fireEvent.click(button(/^Publish v8 and run/));
  expect((await screen.findByRole("alert")).textContent).toContain("could not be published");
  expect(runs()).toHaveLength(0);
  cleanup();
  show({ isDirty: true });
  await field();
  fireEvent.click(button(/^Publish v8 and run/));
  await waitFor(() => expect(runs()[0]?.body["planVersion"]).toBe(8));
});

it("shows at the field what the API says of it", async () => {
  const issue = {
    code: "INPUT_SCHEMA_MISMATCH",
    severity: "error",
    field: "input.contract",
    rule: "minLength",
    message: "`contract` is too short.",
  };
  answers({ "/execute": [422, { code: issue.code, message: issue.message, details: { issues: [issue] } }] });
  show();
  fireEvent.change(await field(), { target: { value: "Text" } });
  fireEvent.click(button(/^Run/));
  expect((await screen.findByRole("alert")).textContent).toBe("contract is too short.");
});

it("offers the ways on where no model answers; simulated it runs by consent", async () => {
  show({ models: [model(false)] });
  fireEvent.change(await field(), { target: { value: "Text" } });
  expect(screen.getByText("No provider is set up for sonnet, so a cannot run.")).toBeTruthy();
  fireEvent.click(button(/^Simulate/));
  fireEvent.click(button(/^Run on simulator/));
  await waitFor(() => expect(runs()[0]?.body["options"]).toEqual({ simulate: true }));
});

it("forgets the inputs, and takes that back", async () => {
  show();
  const contract = await field();
  fireEvent.change(contract, { target: { value: "Text" } });
  fireEvent.click(button(/^Forget/));
  expect(contract.value).toBe("");
  expect(localStorage.getItem("planloom.inputs.dt_plan_1")).toBeNull();
});

it("does not run a plan with errors", async () => {
  show({
    problems: [
      { code: "UNKNOWN_REFERENCE", severity: "error", field: "steps[0].prompt", rule: "exists", message: "No." },
    ],
  });
  fireEvent.change(await field(), { target: { value: "Text" } });
  expect(button(/^Run/).getAttribute("aria-disabled")).toBe("true");
  fireEvent.click(button(/^Run/));
  expect(runs()).toHaveLength(0);
});
