// What only the list of plans reads. Both are kept below keys of lists, which live frames ask for again.

import { queryOptions } from "@tanstack/react-query";

import { client, data, list } from "../../api/client";
import { keys, PAGE } from "../../api/queries";
import type { TaskStatus } from "../../api/types";
import type { Deadline } from "./reason";

/** Until when open approvals have to be decided, by task. */
export const deadlinesQuery = queryOptions({
  queryKey: [...keys.plans, "list", "deadlines"],
  queryFn: async ({ signal }) => {
    const deadlines = new Map<string, Deadline>();
    for (let offset = 0; ; offset += PAGE) {
      const query = { includeExpired: true, limit: PAGE, offset };
      // Each page needs to know that there is one more.
      // oxlint-disable-next-line no-await-in-loop
      const { items, pagination } = await list(client.GET("/api/hitl/pending", { params: { query }, signal }));
      for (const { taskId, timeoutAt, expired } of items) {
        deadlines.set(taskId, { atMs: timeoutAt === null ? null : Date.parse(timeoutAt), isExpired: expired });
      }
      if (!pagination.hasMore) return deadlines;
    }
  },
});

/** How each step of an execution stands, for the drawing on a card. */
export function statusesQuery(executionId: string) {
  return queryOptions({
    queryKey: [...keys.executions, "list", "statuses", executionId],
    queryFn: async ({ signal }): Promise<ReadonlyMap<string, TaskStatus>> => {
      const params = { path: { id: executionId }, query: { outputs: "none" } };
      const execution = await data(client.GET("/api/plans/executions/{id}", { params, signal }));
      return new Map(Object.entries(execution.steps ?? {}).map(([stepId, { status }]) => [stepId, status]));
    },
  });
}
