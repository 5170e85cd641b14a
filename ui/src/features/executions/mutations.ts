// What these screens change: cancelling, resuming, deciding. The frames of the engine bring what follows from it.

import { useMutation, useQueryClient } from "@tanstack/react-query";

import { client, data } from "../../api/client";
import { keys } from "../../api/queries";
import type { Execution } from "../../api/types";

export function useCancel(id: string) {
  return useMutation({
    mutationFn: () => data(client.DELETE("/api/plans/executions/{id}", { params: { path: { id } } })),
  });
}

export function useResume(id: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (maxCost: number | null) =>
      data(
        client.POST("/api/plans/executions/{id}/resume", {
          params: { path: { id } },
          body: maxCost === null ? {} : { maxCost },
        }),
      ),
    onSuccess: (resumed) => {
      // The head at once, so that the page watches again; texts that are there stay.
      queries.setQueryData<Execution>(keys.execution(id), (old) => ({
        ...old,
        ...resumed,
        ...(resumed.steps ? {} : old?.steps ? { steps: old.steps } : {}),
      }));
      void queries.invalidateQueries({ queryKey: keys.execution(id) });
      void queries.invalidateQueries({ queryKey: keys.timeline(id) });
    },
  });
}

/** A decision can be taken back for this long; it is on disk from the start. */
export const UNDO_MS = 5_000;

export type Verdict =
  { kind: "approve" } | { kind: "reject"; reason: string; retry: boolean; retryPrompt: string | null };

export function useDecide(taskId: string) {
  return useMutation({
    mutationFn: async ({ verdict, outputHash }: { verdict: Verdict; outputHash: string }): Promise<void> => {
      const params = { path: { taskId } };
      if (verdict.kind === "approve") {
        const body = { outputHash, undoMs: UNDO_MS };
        await data(client.POST("/api/hitl/{taskId}/approve", { params, body }));
        return;
      }
      const { reason, retry, retryPrompt } = verdict;
      const body = { reason, retry, outputHash, undoMs: UNDO_MS, ...(retryPrompt === null ? {} : { retryPrompt }) };
      await data(client.POST("/api/hitl/{taskId}/reject", { params, body }));
    },
  });
}

export function useTakeBack(taskId: string) {
  return useMutation({
    mutationFn: async (): Promise<void> => {
      await data(client.DELETE("/api/hitl/{taskId}/decision", { params: { path: { taskId } } }));
    },
  });
}

/** The whole execution, as the API gives it. */
export async function executionJson(id: string): Promise<string> {
  return JSON.stringify(await data(client.GET("/api/plans/executions/{id}", { params: { path: { id } } })), null, 2);
}
