// The viewer of raw texts comes in a piece of its own, asked for as soon as an execution is open: it shall be there
// when the program that serves it is not.

import { lazy } from "react";

const load = () => import("../../../components/CodeView");

export const CodeView = lazy(load);

export function fetchCodeView(): void {
  // Asked for again, with its error, when it is needed.
  load().catch(() => {});
}
