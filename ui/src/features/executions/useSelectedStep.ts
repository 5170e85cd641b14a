// Which step is looked at: it is in the address. Following moves it along with what runs, until somebody chooses one.

import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";

import { useAction } from "../../actions";
import type { Execution } from "../../api/types";
import type { DrawerTab } from "./drawer/StepDrawer";
import { followedStep } from "./follow";

const route = getRouteApi("/executions/$executionId");

export interface SelectedStep {
  stepId: string | null;
  tab: DrawerTab;
  isFollowing: boolean;
  select: (stepId: string | null) => void;
  setTab: (tab: DrawerTab) => void;
  move: (by: 1 | -1) => void;
  close: () => void;
}

export function useSelectedStep(execution: Execution, order: readonly string[]): SelectedStep {
  const { t } = useTranslation("executions");
  const { step, tab = "output" } = route.useSearch();
  const navigate = route.useNavigate();
  const isLive = execution.completedAt === undefined;
  const [isFollowing, setFollowing] = useState(isLive && step === undefined);
  const stepId = step !== undefined && execution.steps?.[step] ? step : null;

  const go = useCallback(
    (next: string | null) =>
      void navigate({
        replace: true,
        search: (old) => (next === null ? {} : { ...old, step: next }),
      }),
    [navigate],
  );
  const followed = isFollowing && isLive && execution.steps ? followedStep(execution.steps, stepId) : null;
  useEffect(() => {
    if (followed !== null && followed !== stepId) go(followed);
  }, [followed, stepId, go]);

  const select = useCallback(
    (next: string | null) => {
      setFollowing(false);
      go(next);
    },
    [go],
  );
  const setTab = useCallback(
    (next: DrawerTab) => void navigate({ replace: true, search: (search) => ({ ...search, tab: next }) }),
    [navigate],
  );
  const move = (by: 1 | -1) => {
    const at = stepId === null ? -1 : order.indexOf(stepId);
    const to = at < 0 ? (by > 0 ? 0 : order.length - 1) : Math.min(order.length - 1, Math.max(0, at + by));
    const next = order[to];
    if (next !== undefined) select(next);
  };
  const close = () => select(null);

  useAction("execution.next", () => move(1));
  useAction("execution.previous", () => move(-1));
  useAction("execution.follow", () => setFollowing((was) => !was), isLive ? undefined : t("drawer.cannotFollow"));
  useEscape(stepId !== null, close);
  return { stepId, tab, isFollowing: isFollowing && isLive, select, setTab, move, close };
}

/** Escape goes back out by one level: a dialog, a menu or a field takes it first. */
function useEscape(isOn: boolean, perform: () => void): void {
  useEffect(() => {
    if (!isOn) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      if (document.querySelector("[role=dialog], [role=alertdialog], [role=menu], [role=listbox][data-state=open]"))
        return;
      perform();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  });
}
