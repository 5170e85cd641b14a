// Everything that can be done to a plan in the editor, as values. What each of them does is in edit.ts.

import type { Note, PatchOperation, Position } from "../../../api/types";
import type { DraftPlan, DraftStep, PlanField, StepField } from "./draft";

export type Positions = Readonly<Record<string, Position>>;

/** New values; `undefined` takes a field away. */
export type StepChange = { readonly [K in StepField]?: DraftStep[K] | undefined };
export type PlanChange = { readonly [K in PlanField]?: DraftPlan[K] | undefined };
export type NoteChange = { readonly [K in Exclude<keyof Note, "id">]?: Note[K] };

/** Why a whole plan takes the place of another. */
export type ReplaceReason = "theirs" | "mine" | "published" | "discarded";

export type Edit =
  /** `from` is a step that the new one depends on, `to` one that depends on it. */
  | { kind: "addStep"; id: string; position: Position; from?: string; to?: string; step?: StepChange }
  | { kind: "removeSteps"; ids: readonly string[] }
  /** `field` names what is being written: changes of one field within a second are one act. */
  | { kind: "changeStep"; id: string; change: StepChange; field: string }
  /** The same change to several steps at once. */
  | { kind: "changeSteps"; ids: readonly string[]; change: StepChange; field: string }
  /** Follows through dependencies, conditions, templates and reviews. */
  | { kind: "renameStep"; id: string; to: string }
  | { kind: "connect"; from: string; to: string }
  | { kind: "disconnect"; from: string; to: string }
  /** Of steps and notes. */
  | { kind: "moveItems"; positions: Positions }
  | { kind: "layoutAll"; positions: Positions }
  /** `copyIds` says beforehand what the copies are called; `positions` are theirs, by the ids of the originals. */
  | { kind: "duplicateSteps"; ids: readonly string[]; positions?: Positions }
  /** `at` is where the top left of them goes; else a little off where they were. */
  | { kind: "pasteSteps"; steps: readonly DraftStep[]; positions: Positions; at?: Position }
  | { kind: "changePlan"; change: PlanChange; field: string }
  | { kind: "addNote"; note: Note }
  | { kind: "changeNote"; id: string; change: NoteChange }
  | { kind: "removeNotes"; ids: readonly string[] }
  /** Steps and notes together, as one act. */
  | { kind: "removeItems"; steps: readonly string[]; notes: readonly string[] }
  /** The JSON Patch of a problem's fix; `title` is what its button says. */
  | { kind: "applyFix"; operations: readonly PatchOperation[]; title: string }
  | { kind: "replace"; plan: DraftPlan; why: ReplaceReason };

/** Edits of one and the same field have the same key; the others have none. */
export function fieldKey(edit: Edit): string | null {
  switch (edit.kind) {
    case "changeStep":
      return `step ${edit.id} ${edit.field}`;
    case "changeSteps":
      return `steps ${edit.ids.join(" ")} ${edit.field}`;
    case "changePlan":
      return `plan ${edit.field}`;
    case "changeNote":
      return `note ${edit.id} ${Object.keys(edit.change).join(" ")}`;
    case "addStep":
    case "removeSteps":
    case "renameStep":
    case "connect":
    case "disconnect":
    case "moveItems":
    case "layoutAll":
    case "duplicateSteps":
    case "pasteSteps":
    case "addNote":
    case "removeNotes":
    case "removeItems":
    case "applyFix":
    case "replace":
      return null;
    default:
      return never(edit);
  }
}

export function never(value: never): never {
  throw new Error(`Unknown edit ${JSON.stringify(value)}`);
}
