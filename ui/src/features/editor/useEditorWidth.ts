// Whether the panel stands beside the canvas or lies over it.

import { useSyncExternalStore } from "react";

const narrow = matchMedia("(max-width: 1100px)");

function subscribe(watcher: () => void): () => void {
  narrow.addEventListener("change", watcher);
  return () => narrow.removeEventListener("change", watcher);
}

export function useIsNarrow(): boolean {
  return useSyncExternalStore(subscribe, () => narrow.matches);
}
