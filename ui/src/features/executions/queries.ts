// What only these screens read.

import { queryOptions } from "@tanstack/react-query";

import { client, data, list } from "../../api/client";
import { type ExecutionFilter, keys, PAGE } from "../../api/queries";
import { type Past, pastOf } from "./estimate";

/** One page of the list. Only the pages in sight are read, so a list of any length opens at once. */
export function executionsPageQuery(filter: ExecutionFilter, page: number) {
  return queryOptions({
    queryKey: [...keys.executions, "list", filter, page],
    queryFn: ({ signal }) =>
      list(
        client.GET("/api/plans/executions", {
          params: { query: { ...filter, limit: PAGE, offset: page * PAGE } },
          signal,
        }),
      ),
  });
}

/** Plans by a piece of their name, for the filter. */
export function plansNamedQuery(search: string) {
  return queryOptions({
    queryKey: [...keys.plans, "named", search],
    queryFn: ({ signal }) => {
      const query = { view: "summary" as const, limit: 20, offset: 0, ...(search === "" ? {} : { search }) };
      return list(client.GET("/api/plans", { params: { query }, signal }));
    },
  });
}

/** What each step took in the last completed execution of this version; null where there was none. */
export function pastQuery(planId: string, version: number) {
  return queryOptions({
    queryKey: [...keys.executions, "past", planId, version],
    queryFn: async ({ signal }): Promise<Past | null> => {
      const query = { planId, status: "completed" as const, limit: 50 };
      const { items } = await list(client.GET("/api/plans/executions", { params: { query }, signal }));
      const last = items.find((execution) => execution.planVersion === version);
      if (!last) return null;
      const params = { path: { id: last.id }, query: { outputs: "none" as const } };
      return pastOf(await data(client.GET("/api/plans/executions/{id}", { params, signal })));
    },
  });
}
