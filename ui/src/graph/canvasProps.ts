// What the canvas is given and what it asks for. It holds no plan: whatever changes one comes back by these props, so
// undo is the owner's and needs nothing here.

import type { ReactNode, Ref } from "react";

import type { Layout, Position, StepView } from "../api/types";
import type { CanvasStep, Expected, Mode, StepProblem } from "./flow";

/** The texts that calls in flight write, apart from everything else because they change many times a second. */
export interface StreamingTexts {
  read: (stepId: string) => string | null;
  watch: (stepId: string, watcher: () => void) => () => void;
}

export type Positions = Readonly<Record<string, Position>>;

export interface NoteChange {
  text?: string;
  width?: number;
  height?: number;
}

export interface CanvasView {
  x: number;
  y: number;
  zoom: number;
}

/** What a screen may ask the camera for. */
export interface CanvasHandle {
  fit: () => void;
  fitSelection: () => void;
  /** Brings a step into view and the focus onto it. */
  goTo: (stepId: string) => void;
  /** A free place for a step: beside the selection, else in the middle of the view. */
  freePlace: () => Position;
  /** The middle of the view. */
  centre: () => Position;
  arrange: () => void;
}

/** What an editor hears of. In watch mode nothing of it is asked for. */
export interface CanvasEdits {
  onConnect: (from: string, to: string) => void;
  onDisconnect: (from: string, to: string) => void;
  /** Steps and notes at their new places; once, when they are let go. */
  onMove: (positions: Positions) => void;
  /** All places at once, from the automatic layout. */
  onLayout: (positions: Positions) => void;
  /** Ids of steps and of notes. */
  onDelete: (ids: readonly string[]) => void;
  /** A new step, tied to another where a thread was let go on nothing. */
  onAddAt: (x: number, y: number, from?: string, to?: string) => void;
  /** With places where the copies were dragged to. */
  onDuplicate: (ids: readonly string[], positions?: Positions) => void;
  onAddNote: (x: number, y: number) => void;
  onNote: (id: string, change: NoteChange) => void;
  onFind: () => void;
}

export interface PlanCanvasProps {
  ref?: Ref<CanvasHandle>;
  mode: Mode;
  steps: readonly CanvasStep[];
  layout: Layout;
  /** Ids of steps and of notes. */
  selection: ReadonlySet<string>;
  onSelect: (ids: ReadonlySet<string>) => void;
  /** Enter or double click on a step. */
  onOpen?: ((stepId: string) => void) | undefined;
  edits?: CanvasEdits | undefined;
  problems?: ReadonlyMap<string, StepProblem> | undefined;
  /** The model of a step that names none. */
  defaultModel?: string | undefined;
  /** Steps that ask a person because the plan says so. */
  asks?: ReadonlySet<string> | undefined;
  /** A thread that would be drawn if what is highlighted elsewhere were taken. */
  preview?: { from: string; to: string } | null | undefined;

  /** The tasks of the execution that is watched, by step. */
  views?: Readonly<Record<string, StepView>> | undefined;
  /** What to show of an output instead of its beginning, by step. */
  gists?: Readonly<Record<string, string>> | undefined;
  expected?: Readonly<Record<string, Expected>> | undefined;
  texts?: StreamingTexts | undefined;
  threshold?: number | null | undefined;
  isSimulated?: boolean | undefined;
  /** The camera goes to this step whenever it changes. */
  focusStep?: string | null | undefined;

  /** Steps are still being read: their true geometry, without words. */
  isLoading?: boolean | undefined;
  /** Where the camera was the last time; without it the plan is fitted. */
  view?: CanvasView | undefined;
  onView?: ((view: CanvasView) => void) | undefined;
  /** Hides map and tools, for small and read-only views. */
  isBare?: boolean | undefined;
  /** Stands on the canvas, top left: a card for the first minutes. */
  children?: ReactNode;
}
