// The frames of an event stream as the engine sends them: each is the new view of what changed.

import type { components } from "./schema";
import type { Execution } from "./types";

type Schemas = components["schemas"];

export type Frame =
  | { kind: "snapshot"; data: Execution }
  | { kind: "execution"; data: Execution }
  | { kind: "task"; data: Schemas["TaskFrame"] }
  | { kind: "approval"; data: Schemas["ApprovalFrame"] }
  | { kind: "text"; data: TextPiece }
  | { kind: "end"; data: Schemas["EndFrame"] }
  | { kind: "lagged"; data: Schemas["LaggedFrame"] };

/** Text of a call in flight. May be lost: `offset` says where it belongs. */
export type TextPiece = Schemas["TextFrame"];

const KINDS = new Set(["snapshot", "execution", "task", "approval", "text", "end", "lagged"]);

/** What an event says, or null for one that this version does not know. */
export function frameOf(event: string, data: string): Frame | null {
  if (!KINDS.has(event)) return null;
  // The engine's own words, by the schema that it publishes.
  return { kind: event, data: JSON.parse(data) } as Frame;
}
