// Which actions can be performed now. The innermost screen that offers an action performs it.

import type { ActionName } from "./list";

export interface Offer {
  perform: () => void;
  /** Why it cannot be done now, as a sentence for the person; absent when it can. */
  whyNot?: string | undefined;
}

export class Registry {
  readonly #offers = new Map<ActionName, Offer[]>();
  readonly #watchers = new Set<() => void>();
  #version = 0;

  /** Offers an action until the returned function takes it back. */
  offer(name: ActionName, offer: Offer): () => void {
    const offers = this.#offers.get(name) ?? [];
    offers.push(offer);
    this.#offers.set(name, offers);
    this.#tell();
    return () => {
      const at = offers.indexOf(offer);
      if (at >= 0) offers.splice(at, 1);
      this.#tell();
    };
  }

  find(name: ActionName): Offer | null {
    return this.#offers.get(name)?.at(-1) ?? null;
  }

  /** Performs it; false when nobody offers it or it is not possible now. */
  perform(name: ActionName): boolean {
    const offer = this.find(name);
    if (!offer || offer.whyNot !== undefined) return false;
    offer.perform();
    return true;
  }

  offered(): ActionName[] {
    return [...this.#offers].filter(([, offers]) => offers.length > 0).map(([name]) => name);
  }

  // For useSyncExternalStore.
  readonly subscribe = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };
  readonly version = (): number => this.#version;

  #tell(): void {
    this.#version += 1;
    for (const watcher of this.#watchers) watcher();
  }
}
