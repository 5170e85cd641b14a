// What everything inside the editor stands on: the plan being edited, what is selected, and how it is with saving.

import { createContext, useContext } from "react";

import type { Lane, Layout, Model, Problem } from "../../api/types";
import type { DraftPlan } from "./model/draft";
import type { Edit } from "./model/edits";

export interface Saved {
  /** `waiting`: there are changes, and they go out when it rests. `failed`: kept in this window, tried again. */
  readonly state: "saved" | "waiting" | "saving" | "failed" | "conflict";
  /** When the last save was acknowledged, or when the other window wrote. */
  readonly atMs?: number;
  /** Why it failed, where the engine said so. */
  readonly reason?: string;
}

export type Published =
  | { readonly outcome: "published"; readonly version: number }
  /** The plan has errors; they are in `problems` now. */
  | { readonly outcome: "refused"; readonly message: string }
  /** Another version was published meanwhile. */
  | { readonly outcome: "conflict"; readonly current: number }
  /** The engine did not answer, or something else is in the way. */
  | { readonly outcome: "failed"; readonly message: string };

export interface Editor {
  readonly planId: string;
  /** The newest published version, on which this is based. */
  readonly version: number;
  readonly plan: DraftPlan;
  readonly layout: Layout;
  /** As the last check saw the plan; errors before warnings, in plan order. */
  readonly problems: readonly Problem[];
  problemsOf(stepId: string): readonly Problem[];
  /** Ids of steps and notes. */
  readonly selection: ReadonlySet<string>;
  /** The selected steps in plan order. */
  readonly selectedSteps: readonly string[];
  select(ids: Iterable<string>): void;
  perform(edit: Edit): void;
  undo(): void;
  redo(): void;
  /** "connect extract → analyze", in the language of the screen; null when there is nothing to undo. */
  readonly undoName: string | null;
  readonly redoName: string | null;
  readonly models: readonly Model[];
  readonly queues: readonly Lane[];
  readonly saved: Saved;
  /** The draft differs from the published version. */
  readonly isDirty: boolean;
  /** Publishes what is there; `onTopOf` accepts a version that was published meanwhile. */
  publish(options?: { note?: string; onTopOf?: number }): Promise<Published>;
  /** Goes to the prompt of the selected step, as Enter on the canvas does. */
  focusPrompt(): void;
  /** Counts up at each `focusPrompt`, for the field that shall take the focus. */
  readonly promptFocus: number;
  /** Goes to the id of the selected step, as after `S`. */
  focusId(): void;
  /** Counts up at each `focusId`. */
  readonly idFocus: number;
  /** Shows on the canvas the thread that a completion would draw into the selected step; null takes it away. */
  previewConnection(from: string | null): void;
  readonly preview: string | null;
}

export const EditorContext = createContext<Editor | null>(null);

export function useEditor(): Editor {
  const editor = useContext(EditorContext);
  if (!editor) throw new Error("There is no EditorContext above.");
  return editor;
}
