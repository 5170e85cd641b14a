// The first start: the example plan opens on its canvas until the panel there has been answered.

import type { QueryClient } from "@tanstack/react-query";

import { plansQuery, settingsQuery } from "../api/queries";

/** The example plan's name, as the engine makes it. */
const EXAMPLE = "contract-review";

/** The plan to open instead of the list, or null. */
export async function firstRunPlan(queries: QueryClient): Promise<string | null> {
  try {
    const settings = await queries.fetchQuery(settingsQuery);
    if (!settings.welcome) return null;
    const plans = await queries.fetchQuery(plansQuery(false));
    return plans.find((plan) => plan.name === EXAMPLE)?.id ?? null;
  } catch {
    // The list says what is wrong, in its own place.
    return null;
  }
}
