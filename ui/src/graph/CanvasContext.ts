// What nodes and threads know of the canvas that they are on: how near it is, and what is being drawn or written.

import type { TFunction } from "i18next";
import { createContext, use, useCallback, useSyncExternalStore } from "react";

import type { Position, TaskStatus } from "../api/types";
import type { NoteChange, StreamingTexts } from "./canvasProps";
import type { Connecting, Mode } from "./flow";
import type { ZoomLevel } from "./measures";

export interface CanvasValue {
  /** Asked for once: a hook of its own in each of 500 nodes is felt when they appear. */
  t: TFunction<"graph">;
  statusWord: (status: TaskStatus) => string;
  mode: Mode;
  level: ZoomLevel;
  texts: StreamingTexts | null;
  connecting: Connecting | null;
  /** The handle that the thread in hand snaps to. */
  overAt: Position | null;
  changeNote: (id: string, change: NoteChange) => void;
  /** So many steps that a change of state is told by its colour alone, without an animation. */
  isLarge: boolean;
  movingThreads: Moving;
  movingSteps: Moving;
}

export const CanvasContext = createContext<CanvasValue | null>(null);

export function useCanvas(): CanvasValue {
  const canvas = use(CanvasContext);
  if (!canvas) throw new Error("Nodes and threads stand on a PlanCanvas.");
  return canvas;
}

const deaf = () => () => {};

/** What a running step has written so far; null when nothing is being written. */
export function useTail(stepId: string, isRunning: boolean): string | null {
  const { texts } = useCanvas();
  const source = isRunning ? texts : null;
  const watch = useCallback(
    (watcher: () => void) => (source ? source.watch(stepId, watcher) : deaf()),
    [source, stepId],
  );
  return useSyncExternalStore(watch, () => source?.read(stepId) ?? null);
}

/** Four times a second, for everything that counts time. One timer for all, and none while nothing runs. */
const watchers = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | null = null;
let now = Date.now();

function watchTime(watcher: () => void): () => void {
  watchers.add(watcher);
  now = Date.now();
  timer ??= setInterval(() => {
    now = Date.now();
    for (const one of watchers) one();
  }, 250);
  return () => {
    watchers.delete(watcher);
    if (watchers.size > 0 || timer === null) return;
    clearInterval(timer);
    timer = null;
  };
}

export function useNow(isCounting: boolean): number {
  return useSyncExternalStore(isCounting ? watchTime : deaf, () => (isCounting ? now : 0));
}

/** More moving things than this make a slow machine stutter, and nobody follows them. */
const MOST_MOVING = 40;

/** Which threads, or which steps, may move. */
export class Moving {
  readonly #ids = new Set<string>();
  /** Asks for a place among them until the returned function gives it back. */
  join(id: string): () => void {
    if (this.#ids.size >= MOST_MOVING) return () => {};
    this.#ids.add(id);
    return () => this.#ids.delete(id);
  }
  has(id: string): boolean {
    return this.#ids.has(id);
  }
}

/** Whether this one is among those that may move, as long as it wants to. */
export function useMoving(moving: Moving, id: string, wants: boolean): boolean {
  const join = useCallback(() => (wants ? moving.join(id) : () => {}), [moving, id, wants]);
  return useSyncExternalStore(join, () => wants && moving.has(id));
}
