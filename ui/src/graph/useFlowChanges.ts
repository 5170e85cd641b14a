// What React Flow asks for, turned into what the owner is asked: a selection, places, sizes.

import type { EdgeChange, NodeChange } from "@xyflow/react";
import { useEffect, useRef, useState } from "react";

import type { Note } from "../api/types";
import type { FlowEdge, FlowNode } from "./flow";

const NONE: ReadonlySet<string> = new Set();

/** The selection as it will be: React Flow changes it one by one, several times before the next drawing. */
export function useSelection(selection: ReadonlySet<string>, onSelect: (ids: ReadonlySet<string>) => void) {
  const wanted = useRef(selection);
  useEffect(() => {
    wanted.current = selection;
  }, [selection]);
  return (changes: readonly NodeChange<FlowNode>[]) => {
    const next = new Set(wanted.current);
    let isChanged = false;
    for (const change of changes) {
      if (change.type !== "select" || change.selected === next.has(change.id)) continue;
      if (change.selected) next.add(change.id);
      else next.delete(change.id);
      isChanged = true;
    }
    if (!isChanged) return;
    wanted.current = next;
    onSelect(next);
  };
}

/** Threads that are selected; they are no part of the plan's selection, because only Delete asks for them. */
export function useThreadSelection() {
  const [selected, setSelected] = useState(NONE);
  return {
    selectedThreads: selected,
    clearThreads: () => setSelected(NONE),
    changeThreads(changes: readonly EdgeChange<FlowEdge>[]) {
      setSelected((old) => {
        const next = new Set(old);
        for (const change of changes) {
          if (change.type !== "select") continue;
          if (change.selected) next.add(change.id);
          else next.delete(change.id);
        }
        return next.size === 0 ? NONE : next;
      });
    },
  };
}

/** Notes with the size that they are being drawn to. */
export function useResizing(notes: readonly Note[]) {
  const [size, setSize] = useState<{ id: string; width: number; height: number } | null>(null);
  return {
    notes: size === null ? notes : notes.map((note) => (note.id === size.id ? { ...note, ...size } : note)),
    resize(changes: readonly NodeChange<FlowNode>[]) {
      for (const change of changes) {
        // Changes without `resizing` are measures of what is shown already.
        if (change.type !== "dimensions" || change.resizing === undefined) continue;
        setSize(change.resizing && change.dimensions ? { id: change.id, ...change.dimensions } : null);
      }
    },
  };
}
