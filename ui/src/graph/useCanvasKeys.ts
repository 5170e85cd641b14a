// Keys while the focus is on the canvas: arrows walk along threads or nudge, the rest does what the tools do.

import { type RefObject, useEffect } from "react";

import { isTyping } from "../actions";
import type { Position } from "../api/types";
import type { CanvasEdits, PlanCanvasProps } from "./canvasProps";
import { endsOf } from "./flow";
import { GRID, WARP } from "./measures";
import { WRITE_NOTE } from "./NoteNode";
import { type Direction, walk } from "./threads";
import type { Places } from "./useGlide";
import { useStable } from "./useStable";

interface Keys extends Pick<PlanCanvasProps, "steps" | "layout" | "selection" | "onSelect" | "onOpen"> {
  places: Places;
  /** Absent in watch mode. */
  edits: CanvasEdits | undefined;
  selectedThreads: ReadonlySet<string>;
  clearThreads: () => void;
  /** Drops what is in hand; false when nothing is. */
  cancel: () => boolean;
  goTo: (stepId: string) => void;
}

const DIRECTIONS: Record<string, Direction> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};

export function useCanvasKeys(root: RefObject<HTMLElement | null>, keys: Keys): void {
  const onKeyDown = useStable((event: KeyboardEvent) => {
    if (isTyping(event.target) || event.isComposing || !perform(event, keys)) return;
    event.preventDefault();
    event.stopPropagation();
  });
  useEffect(() => {
    const element = root.current;
    element?.addEventListener("keydown", onKeyDown);
    return () => element?.removeEventListener("keydown", onKeyDown);
  }, [root, onKeyDown]);
}

/** Whether the key meant something here. */
function perform(event: KeyboardEvent, keys: Keys): boolean {
  const direction = DIRECTIONS[event.key];
  if (direction) return event.altKey ? nudge(direction, event.shiftKey, keys) : walkOn(direction, event, keys);
  const isMod = event.ctrlKey || event.metaKey;
  const { selection, edits, onSelect, steps, layout } = keys;
  switch (event.key) {
    case "Escape":
      return keys.cancel() || clear(keys);
    case "Enter":
      return !isMod && open(event.target, keys);
    case " ":
      select(event.target, keys);
      // Held, it pans: the canvas has to see it too.
      return false;
    case "Delete":
    case "Backspace":
      return remove(keys);
    case "a":
      if (!isMod || event.shiftKey || event.altKey) return false;
      onSelect(new Set([...steps.map(({ id }) => id), ...layout.notes.map(({ id }) => id)]));
      return true;
    case "d":
      if (!isMod || event.shiftKey || !edits || selection.size === 0) return false;
      if (!event.repeat) edits.onDuplicate([...selection]);
      return true;
    default:
      return false;
  }
}

/** The step or note that has the focus. */
export function focused(target: EventTarget | null): { step?: string | undefined; note?: string | undefined } {
  if (!(target instanceof HTMLElement)) return {};
  return { step: target.dataset["step"], note: target.dataset["note"] };
}

function walkOn(direction: Direction, event: KeyboardEvent, keys: Keys): boolean {
  const { steps, places, selection, onSelect, goTo } = keys;
  const here = focused(event.target).step ?? steps.find(({ id }) => selection.has(id))?.id ?? steps[0]?.id;
  if (here === undefined) return false;
  const next = walk(steps, places, here, direction);
  // The first press only shows where one is.
  const to = selection.size === 0 ? here : next;
  onSelect(event.shiftKey ? new Set([...selection, here, to]) : new Set([to]));
  goTo(to);
  return true;
}

function nudge(direction: Direction, isFar: boolean, { edits, selection, places, layout }: Keys): boolean {
  if (!edits || selection.size === 0) return false;
  const by = isFar ? WARP : GRID;
  const [dx, dy] = { left: [-by, 0], right: [by, 0], up: [0, -by], down: [0, by] }[direction] as [number, number];
  const positions: Record<string, Position> = {};
  for (const id of selection) {
    const place = places.get(id) ?? layout.notes.find((note) => note.id === id);
    if (place) positions[id] = { x: place.x + dx, y: place.y + dy };
  }
  edits.onMove(positions);
  return true;
}

function open(target: EventTarget | null, { onOpen, onSelect }: Keys): boolean {
  const { step, note } = focused(target);
  if (note !== undefined && target instanceof HTMLElement) {
    target.dispatchEvent(new Event(WRITE_NOTE));
    return true;
  }
  if (step === undefined) return false;
  onSelect(new Set([step]));
  onOpen?.(step);
  return true;
}

function select(target: EventTarget | null, { onSelect, selection }: Keys): void {
  const { step, note } = focused(target);
  const id = step ?? note;
  if (id !== undefined && !selection.has(id)) onSelect(new Set([id]));
}

function remove({ edits, selectedThreads, clearThreads, selection }: Keys): boolean {
  if (!edits) return false;
  if (selectedThreads.size > 0) {
    for (const thread of selectedThreads) {
      const { from, to } = endsOf(thread);
      edits.onDisconnect(from, to);
    }
    clearThreads();
    return true;
  }
  if (selection.size === 0) return false;
  edits.onDelete([...selection]);
  return true;
}

function clear({ selection, selectedThreads, clearThreads, onSelect }: Keys): boolean {
  if (selection.size === 0 && selectedThreads.size === 0) return false;
  clearThreads();
  onSelect(new Set());
  return true;
}
