// Giving the plan a model that answers: a key, or a server of this machine. Says plainly what it changed, with a way back.

import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";

import { client, data } from "../../../api/client";
import { keys, modelsQuery } from "../../../api/queries";
import type { Model, Settings } from "../../../api/types";
import { duration } from "../../../components/format";
import { toast } from "../../../components/toasts";
import { type Patch, type Pointing, pointTo, pointToServer, type Server, type StepModel, unreadyOf } from "./readiness";
import { listed } from "./words";

export type KeyProvider = "anthropic" | "openai";

export const PROVIDER_NAMES: Readonly<Record<KeyProvider, string>> = { anthropic: "Anthropic", openai: "OpenAI" };

/** What became of a key, as a sentence. */
export interface KeyOutcome {
  isReady: boolean;
  provider: KeyProvider;
  /** Why it cannot be used. */
  message: string | null;
  isKept: boolean;
  model: string | null;
  latencyMs: number | null;
  /** Aliases that still mean nothing that answers. */
  unready: string[];
}

export function usePatchSettings(): (patch: Patch) => Promise<Settings> {
  const queries = useQueryClient();
  return async (body) => {
    const settings = await data(client.PATCH("/api/settings", { body }));
    queries.setQueryData(keys.settings, settings);
    // What can run and which lanes there are follow from the settings.
    await Promise.all([keys.models, keys.queues].map((queryKey) => queries.invalidateQueries({ queryKey })));
    return settings;
  };
}

export function useConnect(steps: readonly StepModel[], settings: Settings) {
  const { t } = useTranslation("run");
  const queries = useQueryClient();
  const patch = usePatchSettings();
  const readModels = async (): Promise<readonly Model[]> =>
    (await queries.fetchQuery({ ...modelsQuery, staleTime: 0 })).items;

  const point = async (pointing: Pointing, provider: string) => {
    await patch(pointing.patch);
    const words = {
      aliases: listed(pointing.aliases),
      count: pointing.aliases.length,
      model: pointing.modelId,
      provider,
    };
    toast(t("pointed", words), { perform: () => void patch(pointing.back) });
  };

  const takeServer = useMutation({
    mutationFn: async (server: Server) => {
      const pointing = pointToServer(settings, aliasesToPoint(steps, await readModels(), settings.evaluator), server);
      if (pointing) await point(pointing, server.name);
    },
  });

  const pasteKey = useMutation({
    // The key is in no cache of the page.
    gcTime: 0,
    mutationFn: async ({ provider, value }: { provider: KeyProvider; value: string }): Promise<KeyOutcome> => {
      const path = { name: provider };
      const hadKey = settings.providers[provider]?.secret.set === true;
      await data(client.PUT("/api/settings/secrets/{name}", { params: { path }, body: { value } }));
      void queries.invalidateQueries({ queryKey: keys.settings });
      const tested = await data(client.POST("/api/settings/providers/{name}/test", { params: { path } }));
      const answered = { provider, model: tested.model ?? null, latencyMs: tested.latencyMs ?? null };
      if (!tested.ok) {
        // A key that was refused is not kept, so that everything is as it was; one that was there before is gone anyway.
        if (!hadKey) await data(client.DELETE("/api/settings/secrets/{name}", { params: { path } }));
        void queries.invalidateQueries({ queryKey: keys.settings });
        return { ...answered, isReady: false, message: tested.message, isKept: hadKey, unready: [] };
      }
      const waiting = aliasesToPoint(steps, await readModels(), settings.evaluator);
      // The bundled aliases are models of Anthropic; with a key of another provider they shall mean one of its models.
      if (waiting.length > 0 && provider !== "anthropic" && tested.model !== undefined) {
        await point(pointTo(settings, waiting, provider, tested.model), PROVIDER_NAMES[provider]);
      } else await patch({ simulate: false });
      const unready = unreadyOf(steps, await readModels()).models;
      // The field goes away with its reason, so this is said where it stays for a moment.
      if (waiting.length === 0 && unready.length === 0) {
        const words = { provider: PROVIDER_NAMES[provider], model: tested.model ?? "" };
        toast(t("key.works", { ...words, time: duration(tested.latencyMs) }));
      }
      return { ...answered, isReady: unready.length === 0, message: null, isKept: true, unready };
    },
  });
  return { takeServer, pasteKey, patch };
}

/** What the plan's steps name and what scores them, as far as nobody answers for it. */
function aliasesToPoint(steps: readonly StepModel[], models: readonly Model[], evaluator: string): string[] {
  return unreadyOf(steps, models, evaluator).models;
}
