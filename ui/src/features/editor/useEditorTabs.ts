// Which tab of the panel is open. It is in the address; without one it follows from what is selected.

import { getRouteApi } from "@tanstack/react-router";
import { useCallback } from "react";

const route = getRouteApi("/plans/$planId");

export type EditorTab = "step" | "plan" | "run";

export interface EditorTabs {
  tab: EditorTab;
  /** The address names it; below 1100 px only then it is open without a selection. */
  isChosen: boolean;
  /** Null: whichever fits what is selected. */
  choose: (tab: EditorTab | null) => void;
}

export function useEditorTabs(hasSelection: boolean): EditorTabs {
  const { tab } = route.useSearch();
  const navigate = route.useNavigate();
  const choose = useCallback(
    (next: EditorTab | null) =>
      void navigate({
        search: ({ tab: _tab, ...rest }) => (next === null ? rest : { ...rest, tab: next }),
        replace: true,
      }),
    [navigate],
  );
  const fitting = hasSelection ? "step" : "plan";
  const isChosen = tab !== undefined && (tab !== "step" || hasSelection);
  return { tab: isChosen ? tab : fitting, isChosen, choose };
}
