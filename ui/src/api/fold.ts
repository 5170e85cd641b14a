// Frames into views. Each frame is already the new view of a part, so this only puts it in its place; what did not
// change keeps its identity, so that only what changed is drawn again.

import type { Frame } from "./frames";
import type { Execution } from "./types";

/** The execution after these frames; the same object when none of them concerns it. */
export function folded(execution: Execution, frames: readonly Frame[]): Execution {
  let now = execution;
  let steps: NonNullable<Execution["steps"]> | null = null;
  for (const frame of frames) {
    switch (frame.kind) {
      case "snapshot":
        if (frame.data.id !== execution.id) break;
        now = frame.data;
        steps = null;
        break;
      case "execution":
        if (frame.data.id !== execution.id) break;
        // The head has no texts and no steps; those stay as they are.
        now = {
          ...frame.data,
          ...(now.steps ? { steps: now.steps } : {}),
          ...(now.input === undefined ? {} : { input: now.input }),
        };
        break;
      case "task":
        if (frame.data.executionId !== execution.id || !now.steps) break;
        // One copy of the map for all frames of a batch.
        if (steps !== now.steps) {
          steps = { ...now.steps };
          now = { ...now, steps };
        }
        steps[frame.data.stepId] = frame.data.step;
        break;
      case "approval":
      case "text":
      case "end":
      case "lagged":
        break;
      default:
        return never(frame);
    }
  }
  return now;
}

function never(frame: never): never {
  throw new Error(`Unknown frame ${JSON.stringify(frame)}`);
}
