// Settings as they are, and the one way to change them: a patch of what changed, answered by all of them.

import { useMutation, useQueryClient, useSuspenseQuery } from "@tanstack/react-query";

import { client, data } from "../../api/client";
import { keys, settingsQuery } from "../../api/queries";
import type { Settings } from "../../api/types";

/** A part of the settings document; `null` takes a field away or puts it back to its default. */
export type Patch = Record<string, unknown>;

export interface Change {
  settings: Settings;
  /** Sends a patch. Rejects with the API's refusal; the settings are then as they were. */
  change: (patch: Patch) => Promise<void>;
  state: "unchanged" | "saving" | "saved";
}

export function useSettings(): Change {
  const queries = useQueryClient();
  const { data: settings } = useSuspenseQuery(settingsQuery);
  const patching = useMutation({
    mutationFn: (body: Patch) => data(client.PATCH("/api/settings", { body })),
    onSuccess: (answer) => {
      queries.setQueryData(keys.settings, answer);
      // What can run, where the API listens and which lanes there are follow from the settings.
      for (const queryKey of [keys.models, keys.queues, keys.listener]) void queries.invalidateQueries({ queryKey });
    },
  });
  return {
    settings,
    change: async (patch) => void (await patching.mutateAsync(patch)),
    state: patching.isPending ? "saving" : patching.isSuccess ? "saved" : "unchanged",
  };
}

/** What a refusal of a patch says to the person: its first fault, in the API's words. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
