// The mark: a weft that passes over its warp, turns at the edge and returns under it. Never outlined, tilted or filled.

import { useId } from "react";

export function Mark({ size = 24 }: { size?: number }) {
  const id = useId();
  const isSmall = size < 16;
  const weft = isSmall ? "M7.5 6.4H15.4a4.7 4.7 0 0 1 0 9.4H10" : "M3 6.4H15.4a4.7 4.7 0 0 1 0 9.4H3";
  return (
    <svg
      viewBox="0 0 24 24"
      fill="none"
      strokeWidth={2.6}
      strokeLinecap="round"
      style={{ width: `${size / 16}rem`, height: `${size / 16}rem` }}
      aria-hidden
    >
      {/* Where one passes over the other, the lower is cut by 1.2 on each side. */}
      <mask id={`${id}-stem`} maskUnits="userSpaceOnUse" x="0" y="0" width="24" height="24">
        <rect width="24" height="24" fill="white" />
        <rect x="0" y="3.9" width="24" height="5" fill="black" />
      </mask>
      <mask id={`${id}-weft`} maskUnits="userSpaceOnUse" x="0" y="0" width="24" height="24">
        <rect width="24" height="24" fill="white" />
        <rect x="5" y="12" width="5" height="8" fill="black" />
      </mask>
      <path d="M7.5 2.6V21.4" stroke="var(--ink)" mask={`url(#${id}-stem)`} />
      <path d={weft} stroke="var(--mark-weft)" mask={`url(#${id}-weft)`} />
    </svg>
  );
}
