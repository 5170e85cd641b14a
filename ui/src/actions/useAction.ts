// The hooks by which screens offer actions and buttons perform them.

import { createContext, useContext, useEffect, useRef, useSyncExternalStore } from "react";

import type { ActionName } from "./list";
import { type Offer, Registry } from "./registry";

export const ActionContext = createContext(new Registry());

export function useRegistry(): Registry {
  return useContext(ActionContext);
}

/** Offers an action while the calling component is mounted. `whyNot` says why it cannot be done now. */
export function useAction(name: ActionName, perform: () => void, whyNot?: string | undefined): void {
  const registry = useContext(ActionContext);
  const latest = useRef(perform);
  useEffect(() => {
    latest.current = perform;
  });
  useEffect(() => {
    const offer: Offer = { perform: () => latest.current(), whyNot };
    return registry.offer(name, offer);
  }, [registry, name, whyNot]);
}

/** What is offered for an action now; null when nobody does. */
export function useOffer(name: ActionName): Offer | null {
  const registry = useContext(ActionContext);
  return useSyncExternalStore(registry.subscribe, () => registry.find(name));
}
