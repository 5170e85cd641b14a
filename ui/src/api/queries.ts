// What the screens read, by key. Writing is in mutations.ts; what happens meanwhile comes in through live.ts.

import { MutationCache, QueryCache, QueryClient, queryOptions } from "@tanstack/react-query";

import { client, data, list } from "./client";
import { isApiError } from "./problem";
import type { Draft, ExecutionStatus, Plan } from "./types";

/** One page of the API holds at most this many. */
export const PAGE = 100;

/** `onRefused`: the key of this page is no longer valid. */
export function makeQueryClient(onRefused: () => void): QueryClient {
  const onError = (error: Error) => {
    if (isApiError(error) && error.status === 401) onRefused();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        // Live frames keep what is on the screen right, so nothing is asked again by itself.
        staleTime: Number.POSITIVE_INFINITY,
        refetchOnWindowFocus: false,
        retry: (count, error) => !isApiError(error) && count < 2,
        networkMode: "always",
      },
      mutations: { networkMode: "always" },
    },
  });
}

export const keys = {
  plans: ["plans"] as const,
  plan: (id: string) => ["plans", "one", id] as const,
  draft: (id: string) => ["plans", "draft", id] as const,
  executions: ["executions"] as const,
  execution: (id: string) => ["executions", "one", id] as const,
  step: (id: string, stepId: string) => ["executions", "step", id, stepId] as const,
  timeline: (id: string) => ["executions", "timeline", id] as const,
  approval: (taskId: string) => ["approvals", "one", taskId] as const,
  versions: (id: string) => ["plans", "versions", id] as const,
  settings: ["settings"] as const,
  found: ["found"] as const,
  data: ["data"] as const,
  apiKeys: ["apiKeys"] as const,
  listener: ["listener"] as const,
  models: ["models"] as const,
  queues: ["queues"] as const,
  health: ["health"] as const,
};

/** Every plan, with how its executions went. Some thousands at most, so a list is searched and sorted on the screen. */
export function plansQuery(archived: boolean) {
  return queryOptions({
    queryKey: [...keys.plans, "list", archived],
    queryFn: async ({ signal }) => {
      const all: Plan[] = [];
      for (;;) {
        const query = { view: "summary" as const, limit: PAGE, offset: all.length, ...(archived ? { archived } : {}) };
        // Each page needs to know where the one before it ended.
        // oxlint-disable-next-line no-await-in-loop
        const { items, pagination } = await list(client.GET("/api/plans", { params: { query }, signal }));
        all.push(...items);
        if (!pagination.hasMore || items.length === 0) return all;
      }
    },
  });
}

export function planQuery(id: string, version?: number) {
  return queryOptions({
    queryKey: [...keys.plan(id), version ?? "newest"],
    queryFn: ({ signal }) =>
      data(
        client.GET("/api/plans/{id}", {
          params: { path: { id }, query: version === undefined ? {} : { version } },
          signal,
        }),
      ),
  });
}

/** The draft, or null where a plan has none. */
export function draftQuery(id: string) {
  return queryOptions({
    queryKey: keys.draft(id),
    queryFn: async ({ signal }): Promise<Draft | null> => {
      try {
        return await data(client.GET("/api/plans/{id}/draft", { params: { path: { id } }, signal }));
      } catch (error) {
        if (isApiError(error) && error.status === 404) return null;
        throw error;
      }
    },
  });
}

export interface ExecutionFilter {
  planId?: string;
  status?: ExecutionStatus;
  search?: string;
}

export function executionQuery(id: string) {
  return queryOptions({
    queryKey: keys.execution(id),
    queryFn: ({ signal }) => data(client.GET("/api/plans/executions/{id}", { params: { path: { id } }, signal })),
  });
}

export function versionsQuery(id: string) {
  return queryOptions({
    queryKey: keys.versions(id),
    queryFn: ({ signal }) => list(client.GET("/api/plans/{id}/versions", { params: { path: { id } }, signal })),
  });
}

export function timelineQuery(id: string) {
  return queryOptions({
    queryKey: keys.timeline(id),
    queryFn: ({ signal }) =>
      data(client.GET("/api/plans/executions/{id}/timeline", { params: { path: { id } }, signal })),
  });
}

export function stepQuery(id: string, stepId: string) {
  return queryOptions({
    queryKey: keys.step(id, stepId),
    queryFn: ({ signal }) =>
      data(client.GET("/api/plans/executions/{id}/steps/{stepId}", { params: { path: { id, stepId } }, signal })),
  });
}

export function approvalQuery(taskId: string) {
  return queryOptions({
    queryKey: keys.approval(taskId),
    queryFn: ({ signal }) => data(client.GET("/api/hitl/{taskId}", { params: { path: { taskId } }, signal })),
  });
}

export const settingsQuery = queryOptions({
  queryKey: keys.settings,
  queryFn: ({ signal }) => data(client.GET("/api/settings", { signal })),
});

/** Whether the API's door on localhost is open, and where. */
export const listenerQuery = queryOptions({
  queryKey: keys.listener,
  queryFn: ({ signal }) => data(client.GET("/api/settings/listener", { signal })),
});

/** Local servers that answer on their usual ports; asked anew whenever a screen wants to know. */
export const foundQuery = queryOptions({
  queryKey: keys.found,
  queryFn: ({ signal }) => list(client.GET("/api/settings/providers/found", { signal })),
  staleTime: 10_000,
});

/** Where the data is, and how much. */
export const dataQuery = queryOptions({
  queryKey: keys.data,
  queryFn: ({ signal }) => data(client.GET("/api/settings/data", { signal })),
  staleTime: 0,
});

export const apiKeysQuery = queryOptions({
  queryKey: keys.apiKeys,
  queryFn: ({ signal }) => list(client.GET("/api/settings/keys", { signal })),
  staleTime: 0,
});

export const modelsQuery = queryOptions({
  queryKey: keys.models,
  queryFn: ({ signal }) => list(client.GET("/api/models", { signal })),
});

export const queuesQuery = queryOptions({
  queryKey: keys.queues,
  queryFn: ({ signal }) => list(client.GET("/api/queues", { signal })),
});

export const healthQuery = queryOptions({
  queryKey: keys.health,
  queryFn: ({ signal }) => data(client.GET("/api/health", { signal })),
});
