// What the primitives promise to keyboards and screen readers.

import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { Play, X } from "lucide-react";
import { type ReactElement, useState } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";

import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { Field } from "./Field";
import { IconButton } from "./IconButton";
import { Kbd } from "./Kbd";
import { LastTwelve } from "./LastTwelve";
import { NumberField } from "./NumberField";
import { PlanDrawing } from "./PlanDrawing";
import { Segmented } from "./Segmented";
import { StitchBar } from "./StitchBar";
import { Table, Th } from "./Table";
import { TextField } from "./TextField";
import { ToastRegion } from "./Toast";
import { dismissToast, toast } from "./toasts";
import { TooltipProvider } from "./Tooltip";

const show = (element: ReactElement) => render(<TooltipProvider>{element}</TooltipProvider>);

afterEach(() => {
  cleanup();
  dismissToast();
  vi.useRealTimers();
});

describe("buttons", () => {
  it("are named by their verb, and say their key apart", () => {
    show(
      <Button icon={Play} keys="Mod+Enter">
        Run
      </Button>,
    );
    expect(screen.getByRole("button", { name: "Run" }).getAttribute("aria-keyshortcuts")).toBe("Control+Enter");
  });
  it("that cannot act now stay reachable and do nothing", () => {
    const perform = vi.fn();
    show(
      <Button type="submit" whyNot="playbook is missing" onClick={perform}>
        Run
      </Button>,
    );
    const button = screen.getByRole("button", { name: "Run" });
    fireEvent.click(button);
    expect(perform).not.toHaveBeenCalled();
    expect(button.getAttribute("aria-disabled")).toBe("true");
    expect(button.hasAttribute("disabled")).toBe(false);
    expect(button.getAttribute("type")).toBe("button");
  });
  it("that are busy say what they do", () => {
    show(<Button busy="Testing key">Test</Button>);
    expect(screen.getByRole("button", { name: "Testing key" }).getAttribute("aria-busy")).toBe("true");
  });
  it("with an icon alone have a name", () => {
    show(<IconButton name="Close" icon={X} isPressed />);
    expect(screen.getByRole("button", { name: "Close" }).getAttribute("aria-pressed")).toBe("true");
  });
});

describe("fields", () => {
  it("tie label, hint and error to their control", () => {
    show(
      <Field label="playbook" note="text, required" hint="A file." error="analyze-risk needs this input." isRequired>
        <TextField value="" onChange={() => undefined} />
      </Field>,
    );
    const input = screen.getByRole("textbox", { name: /playbook/ });
    const described = (input.getAttribute("aria-describedby") ?? "")
      .split(" ")
      .map((id) => document.getElementById(id)?.textContent);
    expect(described).toEqual(["analyze-risk needs this input.", "A file."]);
    expect(input.getAttribute("aria-invalid")).toBe("true");
    expect(input.getAttribute("aria-required")).toBe("true");
  });
  it("take numbers, refuse what is none, and keep their bounds", () => {
    const changed = vi.fn();
    function Threshold() {
      const [value, setValue] = useState<number | null>(0.85);
      const change = (next: number | null) => {
        changed(next);
        setValue(next);
      };
      return <NumberField label="Threshold" value={value} onChange={change} min={0} max={1} step={0.05} />;
    }
    show(<Threshold />);
    const input = screen.getByRole("textbox", { name: "Threshold" });
    const write = (text: string) => fireEvent.change(input, { target: { value: text } });
    write("0.");
    write("0.9x");
    write("1.5");
    expect(changed.mock.calls).toEqual([[0]]);
    expect(input.getAttribute("aria-invalid")).toBe("true");
    write("0,9");
    expect(changed).toHaveBeenLastCalledWith(0.9);
    fireEvent.keyDown(input, { key: "ArrowUp" });
    fireEvent.keyDown(input, { key: "ArrowUp" });
    fireEvent.keyDown(input, { key: "ArrowUp" });
    expect(changed).toHaveBeenLastCalledWith(1);
    write("");
    expect(changed).toHaveBeenLastCalledWith(null);
  });
});

describe("choices", () => {
  it("always have one chosen", () => {
    const change = vi.fn();
    const options = [
      { value: "canvas", label: "Canvas" },
      { value: "json", label: "JSON" },
    ] as const;
    show(<Segmented label="View" value="canvas" onChange={change} options={options} />);
    fireEvent.click(screen.getByRole("radio", { name: "Canvas" }));
    expect(change).not.toHaveBeenCalled();
    fireEvent.click(screen.getByRole("radio", { name: "JSON" }));
    expect(change).toHaveBeenCalledWith("json");
  });
  it("sort tables from their heads", () => {
    const sort = vi.fn();
    show(
      <Table label="Plans">
        <thead>
          <tr>
            <Th order="ascending" onSort={sort}>
              Plan
            </Th>
            <Th onSort={sort}>Steps</Th>
            <Th>Tags</Th>
          </tr>
        </thead>
      </Table>,
    );
    const orders = screen.getAllByRole("columnheader").map((head) => head.getAttribute("aria-sort"));
    expect(orders).toEqual(["ascending", "none", null]);
    fireEvent.click(screen.getByRole("button", { name: "Steps" }));
    expect(sort).toHaveBeenCalledOnce();
  });
});

describe("toasts", () => {
  it("go after six seconds, but not while somebody is at them", () => {
    vi.useFakeTimers();
    show(<ToastRegion />);
    act(() => toast("Deleted 2 steps"));
    const region = screen.getByRole("status");
    expect(document.documentElement.dataset["toast"]).toBe("");
    fireEvent.pointerEnter(region);
    act(() => vi.advanceTimersByTime(10_000));
    expect(screen.queryByText("Deleted 2 steps")).not.toBeNull();
    fireEvent.pointerLeave(region);
    act(() => vi.advanceTimersByTime(6_000));
    expect(screen.queryByText("Deleted 2 steps")).toBeNull();
    expect(document.documentElement.dataset["toast"]).toBeUndefined();
  });
  it("are one at a time, and undo once", () => {
    const undo = vi.fn();
    show(<ToastRegion />);
    act(() => toast("First"));
    act(() => toast("Second", { keys: "Mod+Z", perform: undo }));
    expect(screen.queryByText("First")).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: "Undo" }));
    expect(undo).toHaveBeenCalledOnce();
    expect(screen.queryByText("Second")).toBeNull();
  });
});

describe("pictures", () => {
  it("have a sentence for who does not see them", () => {
    show(
      <>
        <StitchBar counts={{ completed: 3, running: 1, awaiting_approval: 1, pending: 3 }} />
        <LastTwelve statuses={["failed", "completed"]} />
        <PlanDrawing steps={[{ id: "a" }, { id: "b", dependsOn: ["a"] }]} />
      </>,
    );
    const names = screen.getAllByRole("img").map((picture) => picture.getAttribute("aria-label"));
    expect(names).toEqual([
      "3 of 8 completed, 1 running, 1 awaiting, 3 pending",
      "Last 2 executions, newest first: Failed, Completed",
      "2 steps in 2 levels",
    ]);
  });
  it("write keys as they stand on the keyboard", () => {
    show(<Kbd keys="Mod+Shift+Z G P Mod++ Escape" />);
    const keys = [...document.querySelectorAll("kbd")].map((key) => key.textContent);
    expect(keys).toEqual(["Ctrl Shift Z", "G", "P", "Ctrl +", "Esc"]);
  });
});

it("a dialog starts where one writes", () => {
  show(
    <Dialog isOpen onOpenChange={() => undefined} title="New plan" text="It starts with one step.">
      <Field label="Name">
        <TextField value="" onChange={() => undefined} />
      </Field>
    </Dialog>,
  );
  expect(document.activeElement).toBe(screen.getByRole("textbox", { name: "Name" }));
  expect(screen.getByRole("dialog", { name: "New plan" })).toBeTruthy();
});
