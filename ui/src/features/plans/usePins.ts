// Which plans are pinned: kept in the window, like everything of how somebody likes to see things.

import { useCallback, useMemo } from "react";

import type { Plan } from "../../api/types";
import { isStrings, useRemembered } from "../../appearance/remembered";

const NONE: string[] = [];

export interface Pins {
  isPinned: (plan: Plan) => boolean;
  toggle: (plan: Plan) => void;
  /** The pinned ones of these, in the order in which they were pinned. */
  among: (plans: readonly Plan[]) => Plan[];
}

export function usePins(): Pins {
  const [ids, setIds] = useRemembered("plans.pinned", NONE, isStrings);
  const toggle = useCallback(
    ({ id }: Plan) => setIds(ids.includes(id) ? ids.filter((other) => other !== id) : [...ids, id]),
    [ids, setIds],
  );
  return useMemo(
    () => ({
      isPinned: ({ id }) => ids.includes(id),
      toggle,
      among: (plans) => {
        const byId = new Map(plans.map((plan) => [plan.id, plan]));
        return ids.flatMap((id) => byId.get(id) ?? []);
      },
    }),
    [ids, toggle],
  );
}
