// What did not go in is said in full: the sentence of a file, the first faults of a plan, and a way to copy them all.

import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";

import { ApiError } from "../../api/problem";
import type { Issue } from "../../api/types";
import { Refusals } from "./Refusals";
import type { Refused } from "./useImport";

afterEach(cleanup);

const issues: Issue[] = Array.from({ length: 30 }, (_, n) => ({
  code: "UNKNOWN_DEPENDENCY",
  severity: "error",
  field: `steps[${n}].dependsOn[0]`,
  rule: "exists",
  message: "There is no step `zz`; add that step or remove the entry.",
  fix: { title: "Remove `zz`", patch: [] },
}));

const refusedPlan: Refused = {
  kind: "plan",
  file: "bad.json",
  error: new ApiError(422, { code: "UNKNOWN_DEPENDENCY", message: "No.", details: { issues } }, null),
};

describe("Refusals", () => {
  it("shows twenty faults with their fixes, says how many more there are, and copies all of them", async () => {
    const writeText = vi.fn(async (text: string) => void text);
    vi.stubGlobal("navigator", { ...navigator, clipboard: { writeText } });
    render(<Refusals refused={[refusedPlan]} onClose={() => {}} />);
    expect(screen.getByText("bad.json was not imported")).toBeTruthy();
    expect(screen.getByText("30 problems. Nothing was stored.")).toBeTruthy();
    expect(screen.getAllByRole("listitem")).toHaveLength(20);
    expect(screen.getByText("and 10 more, in the copied list")).toBeTruthy();
    fireEvent.click(screen.getByRole("button", { name: "Copy the list" }));
    expect(await screen.findByText("Copied")).toBeTruthy();
    expect(writeText.mock.calls[0]?.[0].trim().split("\n")).toHaveLength(30);
    vi.unstubAllGlobals();
  });

  it("says which program a file is of, and closes one at a time", () => {
    const other: Refused = { kind: "file", file: "x.json", refusal: { reason: "other program", program: "n8n" } };
    const large: Refused = { kind: "file", file: "y.json", refusal: { reason: "too large", bytes: 200_000_000 } };
    const onClose = vi.fn();
    render(<Refusals refused={[other, large]} onClose={onClose} />);
    expect(screen.getByText(/It is a file of n8n/)).toBeTruthy();
    expect(screen.getByText("It has 200 MB; a plan can have 16 MB.")).toBeTruthy();
    fireEvent.click(screen.getAllByRole("button", { name: "Close" })[1] ?? document.body);
    expect(onClose).toHaveBeenCalledWith(large);
  });
});
