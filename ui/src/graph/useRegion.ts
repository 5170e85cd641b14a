// What of a large plan has nodes in the document: what is in view and half a view around it, so that panning back and
// forth makes and unmakes nothing. Told anew only when the view leaves it.

import { useStoreApi } from "@xyflow/react";
import { useEffect, useState } from "react";

import type { Box } from "./measures";

const MARGIN = 0.4;
/** Zoomed in so far that the region is this many times the view, it is cut to the view again. */
const MOST_AREA = 12;

export function useRegion(isOn: boolean): Box | null {
  const store = useStoreApi();
  const [region, setRegion] = useState<Box | null>(null);
  useEffect(() => {
    if (!isOn) return;
    let now: Box | null = null;
    const look = () => {
      const { width, height, transform } = store.getState();
      const [x, y, zoom] = transform;
      const view = { x: -x / zoom, y: -y / zoom, width: width / zoom, height: height / zoom };
      if (now !== null && holds(now, view)) return;
      now = widened(view);
      setRegion(now);
    };
    look();
    const stop = store.subscribe((after, before) => {
      if (after.transform !== before.transform || after.width !== before.width || after.height !== before.height)
        look();
    });
    return () => {
      stop();
      setRegion(null);
    };
  }, [store, isOn]);
  return region;
}

function holds(region: Box, view: Box): boolean {
  return (
    view.x >= region.x &&
    view.y >= region.y &&
    view.x + view.width <= region.x + region.width &&
    view.y + view.height <= region.y + region.height &&
    region.width * region.height <= MOST_AREA * view.width * view.height
  );
}

function widened({ x, y, width, height }: Box): Box {
  const [aside, above] = [width * MARGIN, height * MARGIN];
  return { x: x - aside, y: y - above, width: width + 2 * aside, height: height + 2 * above };
}
