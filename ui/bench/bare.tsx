// The limit: React Flow with plain nodes and nothing else.

import "@xyflow/react/dist/style.css";

import { ReactFlow } from "@xyflow/react";
import { createRoot } from "react-dom/client";

import { steps, wanted } from "./plan";

const all = steps(wanted);
const nodes = all.map(({ id, x, y }) => ({ id, position: { x, y }, data: { label: id } }));
const edges = all.flatMap(({ id, dependsOn }) => dependsOn.map((from) => ({ id: `${from} ${id}`, source: from, target: id })));

createRoot(document.getElementById("root") ?? document.body).render(
  <ReactFlow
    defaultNodes={nodes}
    defaultEdges={edges}
    minZoom={0.05}
    fitView
    onInit={(flow) => {
      Object.assign(window, { pan: flow.setViewport, view: flow.getViewport });
    }}
  />,
);
