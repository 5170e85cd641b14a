// Starting a run: publish what was changed, start it once, and go there.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useRef } from "react";

import { client, data } from "../../../api/client";
import type { DryRun, Execution } from "../../../api/types";
import { keys } from "../../../api/queries";
import type { Published } from "../useEditor";
import type { RunRequest } from "./form";

export interface Start {
  planId: string;
  version: number;
  request: RunRequest;
  /** Makes the draft a version first; absent where it is one. */
  publish?: () => Promise<Published>;
}

/** The draft could not be published, so nothing was started. */
export class NotPublishedError extends Error {
  readonly published: Exclude<Published, { outcome: "published" }>;

  constructor(outcome: Exclude<Published, { outcome: "published" }>) {
    super("The draft was not published.");
    this.name = "NotPublishedError";
    this.published = outcome;
  }
}

async function publishedVersion(publish: () => Promise<Published>): Promise<number> {
  const answer = await publish();
  if (answer.outcome !== "published") throw new NotPublishedError(answer);
  return answer.version;
}

export function useStart() {
  const queries = useQueryClient();
  const navigate = useNavigate();
  // The same request sent again, after a lost answer or by a double click, is the same run.
  const sent = useRef<{ request: RunRequest; planVersion: number; key: string } | null>(null);
  return useMutation({
    mutationFn: async ({ planId, version, request, publish }: Start) => {
      const planVersion = publish ? await publishedVersion(publish) : version;
      if (sent.current?.request !== request || sent.current.planVersion !== planVersion) {
        sent.current = { request, planVersion, key: crypto.randomUUID() };
      }
      return data<DryRun | Execution>(
        client.POST("/api/plans/{id}/execute", {
          params: { path: { id: planId }, header: { "Idempotency-Key": sent.current.key } },
          body: { ...request, planVersion },
        }),
      );
    },
    onSuccess: (execution) => {
      sent.current = null;
      if ("id" in execution) {
        queries.setQueryData(keys.execution(execution.id), execution);
        void queries.invalidateQueries({ queryKey: [...keys.executions, "list"] });
        void navigate({ to: "/executions/$executionId", params: { executionId: execution.id } });
      }
    },
  });
}
