// The hooks by which screens stand on what happens meanwhile.

import { createContext, useCallback, useContext, useEffect, useSyncExternalStore } from "react";

import type { Connection, Live } from "./live";
import { texts } from "./streaming";

export const LiveContext = createContext<Live | null>(null);

export function useLive(): Live {
  const live = useContext(LiveContext);
  if (!live) throw new Error("There is no LiveContext above.");
  return live;
}

/** How the connection to the engine is. */
export function useConnection(): Connection {
  const live = useLive();
  return useSyncExternalStore(live.subscribe, live.connection);
}

/** Keeps an open execution live, with its streaming text, while it has not ended. */
export function useWatchedExecution(executionId: string, hasEnded: boolean): void {
  const live = useLive();
  useEffect(() => {
    if (hasEnded) return;
    const ending = new AbortController();
    void live.watch(executionId, ending.signal);
    return () => ending.abort();
  }, [live, executionId, hasEnded]);
}

/** The text that a step's call has written so far; null when nothing is being written. At most 20 times a second. */
export function useStreamingText(executionId: string, stepId: string | null): string | null {
  const subscribe = useCallback(
    (watcher: () => void) => (stepId === null ? () => {} : texts.watch(executionId, stepId, watcher)),
    [executionId, stepId],
  );
  return useSyncExternalStore(subscribe, () =>
    stepId === null ? null : (texts.read(executionId, stepId)?.text ?? null),
  );
}
