// A handler that keeps its identity and does what the newest one does. React Flow tells everybody on the canvas of each
// new handler, which a thousand frames a second cannot afford.

import { useCallback, useLayoutEffect, useRef } from "react";

export function useStable<A extends unknown[], R>(handler: (...args: A) => R): (...args: A) => R {
  const latest = useRef(handler);
  useLayoutEffect(() => {
    latest.current = handler;
  });
  return useCallback((...args: A) => latest.current(...args), []);
}
