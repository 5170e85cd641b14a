// When a layout or an undo moves many nodes at once they glide there in 240 ms, so that the eye can follow.

import { useEffect, useMemo, useState } from "react";

import type { Position } from "../api/types";

export type Places = ReadonlyMap<string, Position>;

const LASTS_MS = 240;
/** More than this cannot be moved smoothly, and nobody could follow them. */
const MOST_STEPS = 300;

interface Glide {
  from: Places;
  to: Places;
  /** 0 to 1. */
  done: number;
}

/** Where nodes are shown on their way to `target`. `held` are being dragged, and stand where the hand is. */
export function useGlide(target: Places, held: Places | null): Places {
  const [glide, setGlide] = useState<Glide | null>(null);
  const [seen, setSeen] = useState(target);
  const [shownBefore, setShownBefore] = useState(target);
  if (target !== seen) {
    setSeen(target);
    const isFar = shownBefore.size <= MOST_STEPS && differs(shownBefore, target);
    setGlide(isFar && !prefersStillness() ? { from: shownBefore, to: target, done: 0 } : null);
  }
  const current = useMemo(() => (glide?.to === target ? between(glide) : target), [glide, target]);
  const shown = useMemo(() => (held === null ? current : merged(current, held)), [current, held]);
  // Only a still picture is a place to start from: it is what the eye has seen, with what the hand has let go.
  if (target === seen && glide === null && shown !== shownBefore) setShownBefore(shown);
  const to = glide?.to;
  useEffect(() => {
    if (!to) return;
    const start = performance.now();
    let frame = requestAnimationFrame(function step(now) {
      const done = Math.min(1, (now - start) / LASTS_MS);
      setGlide((old) => (old?.to === to && done < 1 ? { ...old, done } : null));
      if (done < 1) frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
  }, [to]);
  return shown;
}

function between({ from, to, done }: Glide): Places {
  const eased = 1 - (1 - done) ** 3;
  const places = new Map<string, Position>();
  for (const [id, end] of to) {
    const start = from.get(id) ?? end;
    const isStill = start.x === end.x && start.y === end.y;
    places.set(id, isStill ? end : { x: start.x + (end.x - start.x) * eased, y: start.y + (end.y - start.y) * eased });
  }
  return places;
}

function differs(old: Places, now: Places): boolean {
  for (const [id, { x, y }] of now) {
    const before = old.get(id);
    if (before && (before.x !== x || before.y !== y)) return true;
  }
  return false;
}

export function merged(places: Places, over: Places): Places {
  const all = new Map(places);
  for (const [id, place] of over) if (all.has(id)) all.set(id, place);
  return all;
}

export function prefersStillness(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
