// What an edit is called in "Undo: …": the key of a text under `editor:act` and what stands in it.

import type { EditorDocument } from "./draft";
import { type Edit, never } from "./edits";

export type ActName =
  | "addStep"
  | "addStepAfter"
  | "removeStep"
  | "removeSteps"
  | "changeStep"
  | "changeSteps"
  | "renameStep"
  | "connect"
  | "disconnect"
  | "moveStep"
  | "moveItems"
  | "layoutAll"
  | "duplicateSteps"
  | "pasteSteps"
  | "changePlan"
  | "addNote"
  | "changeNote"
  | "moveNote"
  | "removeNotes"
  | "removeItems"
  | "fix"
  | "replaceTheirs"
  | "replacePublished"
  | "replaceDiscarded"
  | "replaceMine";

export interface Act {
  name: ActName;
  params: ActParams;
}

export interface ActParams {
  id?: string;
  from?: string;
  to?: string;
  /** A key under `editor:field`; the screen puts its words in. */
  field?: string;
  title?: string;
  count?: number;
}

const act = (name: ActName, params: ActParams = {}): Act => ({ name, params });

/** What the edit is called when it is done to this document. */
export function actOf(edit: Edit, { plan }: EditorDocument): Act {
  switch (edit.kind) {
    case "addStep":
      if (edit.from === undefined) return act("addStep", { id: edit.id });
      return act("addStepAfter", { id: edit.id, from: edit.from });
    case "removeSteps":
      return removal(edit.ids);
    case "changeStep":
      return act("changeStep", { id: edit.id, field: edit.field });
    case "changeSteps":
      return act("changeSteps", { count: edit.ids.length, field: edit.field });
    case "renameStep":
      return act("renameStep", { from: edit.id, to: edit.to });
    case "connect":
      return act("connect", { from: edit.from, to: edit.to });
    case "disconnect":
      return act("disconnect", { from: edit.from, to: edit.to });
    case "moveItems":
      return move(Object.keys(edit.positions), new Set(plan.steps.map((step) => step.id)));
    case "layoutAll":
      return act("layoutAll");
    case "duplicateSteps":
      return act("duplicateSteps", { count: edit.ids.length });
    case "pasteSteps":
      return act("pasteSteps", { count: edit.steps.length });
    case "changePlan":
      return act("changePlan", { field: edit.field });
    case "addNote":
      return act("addNote");
    case "changeNote":
      return act("changeNote");
    case "removeNotes":
      return act("removeNotes", { count: edit.ids.length });
    case "removeItems":
      if (edit.notes.length === 0) return removal(edit.steps);
      if (edit.steps.length === 0) return act("removeNotes", { count: edit.notes.length });
      return act("removeItems", { count: edit.steps.length + edit.notes.length });
    case "applyFix":
      return act("fix", { title: edit.title });
    case "replace":
      return act(REPLACED[edit.why]);
    default:
      return never(edit);
  }
}

const REPLACED = {
  theirs: "replaceTheirs",
  published: "replacePublished",
  discarded: "replaceDiscarded",
  mine: "replaceMine",
} as const;

function removal(ids: readonly string[]): Act {
  const [only] = ids;
  if (ids.length === 1 && only !== undefined) return act("removeStep", { id: only });
  return act("removeSteps", { count: ids.length });
}

function move(ids: readonly string[], steps: ReadonlySet<string>): Act {
  const [only] = ids;
  if (ids.length !== 1 || only === undefined) return act("moveItems", { count: ids.length });
  return steps.has(only) ? act("moveStep", { id: only }) : act("moveNote");
}
