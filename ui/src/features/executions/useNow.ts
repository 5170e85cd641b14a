// The time, for what ticks on the screen: at most four times a second, and not at all once nothing runs.

import { useSyncExternalStore } from "react";

/** All that tick at one rate tick together, by one timer. */
class Clock {
  readonly #everyMs: number;
  readonly #watchers = new Set<() => void>();
  #nowMs = Date.now();
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(everyMs: number) {
    this.#everyMs = everyMs;
  }

  readonly read = (): number => this.#nowMs;

  readonly subscribe = (watcher: () => void): (() => void) => {
    if (this.#watchers.size === 0) {
      this.#nowMs = Date.now();
      this.#timer = setInterval(this.#tick, this.#everyMs);
    }
    this.#watchers.add(watcher);
    return () => {
      this.#watchers.delete(watcher);
      if (this.#watchers.size === 0) clearInterval(this.#timer);
    };
  };

  readonly #tick = (): void => {
    this.#nowMs = Date.now();
    for (const watcher of this.#watchers) watcher();
  };
}

const CLOCKS = { quick: new Clock(250), slow: new Clock(1_000) } as const;

const still = () => () => {};

export function useNow(isTicking: boolean, rate: keyof typeof CLOCKS = "quick"): number {
  const clock = CLOCKS[rate];
  return useSyncExternalStore(isTicking ? clock.subscribe : still, clock.read);
}
