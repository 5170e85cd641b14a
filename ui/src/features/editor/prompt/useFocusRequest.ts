// Fields that take the focus when the editor asks for it. A request may come before its field is there, because it also
// opens the tab that the field is in; so what was answered is remembered outside of the field.

import { useEffect, useRef } from "react";

const answered = new Map<string, number>();

/** `request` counts up at each request, and starts at 0 with each editor; `take` is called once for each. */
export function useFocusRequest(field: "id" | "prompt", request: number | undefined, take: () => void): void {
  const latest = useRef(take);
  useEffect(() => {
    latest.current = take;
  });
  useEffect(() => {
    if (request === undefined) return;
    const last = answered.get(field) ?? 0;
    // Not by which is larger: another editor begins to count anew.
    if (request === 0 || request === last) {
      answered.set(field, request);
      return;
    }
    // In the next frame the field is there to stay, and what opened it has done with the focus.
    const frame = requestAnimationFrame(() => {
      answered.set(field, request);
      latest.current();
    });
    return () => cancelAnimationFrame(frame);
  }, [field, request]);
}
