// What lists need to know of the page: the size of a rem, how far down a list begins, how wide there is room.

import { type RefObject, useLayoutEffect, useState } from "react";

/** A length of the design in px of this window; people may have larger texts. */
export function pxOf(rem: number): number {
  return rem * (Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16);
}

/** Px between the top of what scrolls and the top of the list in it; whatever stands above may come and go. */
export function useOffsetIn(scroller: RefObject<HTMLElement | null>, list: RefObject<HTMLElement | null>): number {
  const [offsetPx, setOffsetPx] = useState(0);
  useLayoutEffect(() => {
    const [frame, content] = [scroller.current, scroller.current?.firstElementChild];
    if (!frame || !content) return;
    const observer = new ResizeObserver(() => {
      if (!list.current) return;
      const top = list.current.getBoundingClientRect().top - frame.getBoundingClientRect().top;
      setOffsetPx(Math.round(top + frame.scrollTop));
    });
    observer.observe(content);
    return () => observer.disconnect();
  }, [scroller, list]);
  return offsetPx;
}

/** The width of an element, as it changes. */
export function useWidth(element: RefObject<HTMLElement | null>): number {
  const [widthPx, setWidthPx] = useState(0);
  useLayoutEffect(() => {
    if (!element.current) return;
    const observer = new ResizeObserver(([entry]) => setWidthPx(entry?.contentRect.width ?? 0));
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return widthPx;
}
