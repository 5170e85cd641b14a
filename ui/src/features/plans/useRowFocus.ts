// One tab stop for a long list: arrows, J and K move it, and it stays with its plan when the list changes.

import { type FocusEvent, type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";

export interface RowFocus {
  /** The row that Tab leads to. */
  stopId: string | null;
  /** The row that somebody is at, even while a menu or the palette is open above it. */
  atId: string | null;
  register: (id: string, element: HTMLElement | null) => void;
  /** Moves by so many rows; the first time, to the tab stop itself. */
  move: (by: number) => void;
  onFocus: (event: FocusEvent<HTMLElement>) => void;
  onBlur: (event: FocusEvent<HTMLElement>) => void;
  onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
}

/** `across` is how many stand beside each other. */
export function useRowFocus(ids: readonly string[], reveal: (index: number) => void, across = 1): RowFocus {
  const [activeId, setActiveId] = useState<string | null>(null);
  const [isAt, setAt] = useState(false);
  const elements = useRef(new Map<string, HTMLElement>());
  const wanted = useRef<string | null>(null);
  const stopId = activeId !== null && ids.includes(activeId) ? activeId : (ids[0] ?? null);

  const focusWanted = useCallback(() => {
    const element = wanted.current === null ? undefined : elements.current.get(wanted.current);
    if (!element) return;
    wanted.current = null;
    element.focus({ preventScroll: true });
  }, []);
  // A row far away is there only after the list has been drawn around it.
  useEffect(focusWanted);

  const goTo = (index: number) => {
    const at = Math.max(0, Math.min(ids.length - 1, index));
    const id = ids[at];
    if (id === undefined) return;
    setActiveId(id);
    wanted.current = id;
    reveal(at);
    focusWanted();
  };
  // A row that goes while somebody is at it (archived, restored) leaves its place to the one after it.
  const lastIndex = useRef(0);
  useEffect(() => {
    const at = activeId === null ? -1 : ids.indexOf(activeId);
    if (at >= 0) lastIndex.current = at;
    else if (isAt && document.activeElement === document.body) goTo(lastIndex.current);
  });
  const move = (by: number) => {
    const at = stopId === null ? -1 : ids.indexOf(stopId);
    goTo(isAt ? at + by : at);
  };

  return {
    stopId,
    atId: isAt && stopId === activeId ? stopId : null,
    register: useCallback((id, element) => {
      if (element) elements.current.set(id, element);
      else elements.current.delete(id);
    }, []),
    move,
    ...useMemo(
      () => ({
        onFocus: (event: FocusEvent<HTMLElement>) => {
          const row = event.target.closest<HTMLElement>("[data-plan]");
          if (row?.dataset["plan"] === undefined || !event.currentTarget.contains(row)) return;
          setActiveId(row.dataset["plan"]);
          setAt(true);
        },
        onBlur: ({ relatedTarget, currentTarget }: FocusEvent<HTMLElement>) => {
          // A menu or the palette stands outside of the page and is about the row below it.
          const page = document.getElementById("content");
          if (relatedTarget && page?.contains(relatedTarget) && !currentTarget.contains(relatedTarget)) setAt(false);
        },
      }),
      [],
    ),
    onKeyDown: (event) => {
      // Menus are children here for React, but not on the page.
      if (!(event.target instanceof Node) || !event.currentTarget.contains(event.target)) return;
      if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
      const steps: Record<string, number> = {
        ArrowDown: across,
        ArrowUp: -across,
        ...(across > 1 ? { ArrowRight: 1, ArrowLeft: -1 } : {}),
        PageDown: 10 * across,
        PageUp: -10 * across,
        Home: -ids.length,
        End: ids.length,
      };
      const by = steps[event.key];
      if (by === undefined) return;
      event.preventDefault();
      move(by);
    },
  };
}
