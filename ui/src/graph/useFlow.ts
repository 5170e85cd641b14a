// The nodes and edges of this moment, made from those of the one before.

import { useState } from "react";

import { type Flow, type FlowInput, toFlow } from "./flow";

export const NO_FLOW: Flow = { nodes: [], edges: [] };

/** What is still true keeps its identity, so only what changed is drawn again. */
export function useFlow(input: FlowInput): Flow {
  const [flow, setFlow] = useState(NO_FLOW);
  const now = toFlow(input, flow);
  const isSame = now.nodes === flow.nodes && now.edges === flow.edges;
  // The next one is made from this one; setting it while drawing is cheaper than an effect and a second drawing.
  if (!isSame) setFlow(now);
  return isSame ? flow : now;
}
