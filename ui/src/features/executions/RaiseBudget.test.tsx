import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";

vi.mock("#door", () => ({ transport: {}, shell: { kind: "browser" } }));

import type { Execution } from "../../api/types";
import { TooltipProvider } from "../../components/Tooltip";
import type { useResume } from "./mutations";
import { RaiseBudget } from "./RaiseBudget";

const execution: Execution = {
  id: "dt_exec_1",
  planId: "dt_plan_1",
  planName: "sample",
  planVersion: 1,
  status: "paused",
  progress: { total: 1, completed: 0, running: 0, pending: 1, failed: 0 },
  usage: { input: 0, output: 0, total: 0, totalCost: 0.4 },
  options: { maxCost: 0.5 },
  createdAt: "2026-11-24T12:00:00.000Z",
};

function show(mutate: () => void) {
  // Only what the form reads of the mutation.
  const resume = { mutate, error: null, isPending: false } as unknown as ReturnType<typeof useResume>;
  render(
    <TooltipProvider>
      <RaiseBudget
        execution={execution}
        reason={{ needed: 0.25, left: 0.1 }}
        resume={resume}
        isOpen
        onOpenChange={() => {}}
      />
    </TooltipProvider>,
  );
}

afterEach(cleanup);

describe("RaiseBudget", () => {
  it("says what is short and proposes enough", () => {
    const mutate = vi.fn();
    show(mutate);
    expect(screen.getByText(/may cost \$0\.2500, and \$0\.1000 is left/)).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Resume with $0.8000" }));
    expect(mutate).toHaveBeenCalledWith(0.8, expect.anything());
  });

  it("does not take less than there was", () => {
    const mutate = vi.fn();
    show(mutate);
    fireEvent.change(screen.getByRole("textbox"), { target: { value: "0.5" } });
    expect(screen.getByText("More than $0.5000 is needed.")).toBeTruthy();
    expect(screen.getByRole("button", { name: /Resume with/ })).toHaveProperty("disabled", true);
  });
});
