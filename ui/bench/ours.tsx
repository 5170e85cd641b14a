// Our canvas on the same plan, watching an execution of it.

import "../src/styles/fonts.css";
import "../src/styles/tokens.css";
import "../src/styles/base.css";

import { useStoreApi } from "@xyflow/react";
import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";

import type { StepView, TaskStatus } from "../src/api/types";
import { TooltipProvider } from "../src/components/Tooltip";
import { PlanCanvas } from "../src/graph";
import { startTexts } from "../src/texts/i18n";
import { steps, wanted } from "./plan";

const all = steps(wanted);
const layout = { nodes: Object.fromEntries(all.map(({ id, x, y }) => [id, { x, y }])), notes: [] };
const selection = new Set<string>();
const STATUSES: TaskStatus[] = ["pending", "queued", "running", "completed"];

function viewOf(id: string, status: TaskStatus): StepView {
  return { taskId: `dt_task_${id}`, status, model: "sonnet", attempt: 1 };
}

type Views = Record<string, StepView>;

function Bench() {
  const [views, setViews] = useState<Views>(() => Object.fromEntries(all.map(({ id }) => [id, viewOf(id, "pending")])));
  useEffect(() => {
    let waiting: Views | null = null;
    // As the live cache does: many changes, one drawing a frame.
    const change = (id: string, status: TaskStatus) => {
      if (waiting === null) {
        waiting = {};
        requestAnimationFrame(() => {
          const now = waiting ?? {};
          waiting = null;
          setViews((old) => ({ ...old, ...now }));
        });
      }
      waiting[id] = viewOf(id, status);
    };
    Object.assign(window, { change, ids: all.map(({ id }) => id), statuses: STATUSES });
  }, []);
  return (
    <PlanCanvas mode="watch" steps={all} layout={layout} selection={selection} onSelect={() => {}} views={views}>
      <Reach />
    </PlanCanvas>
  );
}

/** Hands the camera to the benchmark. */
function Reach() {
  const store = useStoreApi();
  useEffect(() => {
    Object.assign(window, {
      pan: (view: { x: number; y: number; zoom: number }) => store.getState().panZoom?.setViewport(view),
      view: () => {
        const [x, y, zoom] = store.getState().transform;
        return { x, y, zoom };
      },
    });
  }, [store]);
  return null;
}

startTexts("en").then(() =>
  createRoot(document.getElementById("root") ?? document.body).render(
    <TooltipProvider>
      <Bench />
    </TooltipProvider>,
  ),
);
