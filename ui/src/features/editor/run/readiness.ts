// Whether the models of a plan can be called now, and what to say and do where they cannot. Pure.

import type { Alias, Model, Settings } from "../../../api/types";

/** A step and the model that it names. */
export interface StepModel {
  stepId: string;
  model: string;
}

export interface Unready {
  /** Steps whose model nobody answers for now, in the order of the plan. */
  stepIds: string[];
  /** Their models, each once, and what scores their answers. */
  models: string[];
}

/** Where all can run, both lists are empty. What is no alias is the API's to judge. `evaluator` where answers are scored. */
export function unreadyOf(steps: readonly StepModel[], models: readonly Model[], evaluator?: string): Unready {
  const cannotRun = new Set(models.filter((model) => !model.canRun).map((model) => model.alias));
  const waiting = steps.filter((step) => cannotRun.has(step.model));
  const scoring = evaluator !== undefined && cannotRun.has(evaluator) ? [evaluator] : [];
  return {
    stepIds: waiting.map((step) => step.stepId),
    models: [...new Set([...waiting.map((step) => step.model), ...scoring])],
  };
}

/** A part of the settings document, as PATCH takes it. */
export type Patch = Record<string, unknown>;

export interface Server {
  /** As people call it: Ollama, LM Studio. */
  name: string;
  baseUrl: string;
  models: readonly string[];
}

export interface Pointing {
  /** Makes the aliases mean a model of the server. */
  patch: Patch;
  /** Puts everything back. */
  back: Patch;
  aliases: string[];
  modelId: string;
}

/** Points aliases that cannot run to a local server, which becomes a provider of its own: a key of another stays valid. */
export function pointToServer(settings: Settings, aliases: readonly string[], server: Server): Pointing | null {
  const modelId = chatModelOf(server.models);
  if (modelId === null) return null;
  const provider = providerName(settings, server);
  const known = settings.providers[provider];
  const pointed = pointTo(settings, aliases, provider, modelId);
  return {
    ...pointed,
    patch: {
      ...pointed.patch,
      ...(known ? {} : { providers: { [provider]: { kind: "openai", baseUrl: server.baseUrl } } }),
    },
    back: { ...pointed.back, ...(known ? {} : { providers: { [provider]: null } }) },
  };
}

/** Points aliases to a model of a provider that is set up. Prices and sizes were those of another model, so they go. */
export function pointTo(settings: Settings, aliases: readonly string[], provider: string, modelId: string): Pointing {
  const unknown = { prices: null, contextTokens: null, maxOutputTokens: null };
  const known = aliases.filter((alias) => settings.aliases[alias] !== undefined);
  const change = (meaning: (alias: Alias) => Patch) =>
    Object.fromEntries(
      known.map((name) => {
        const alias = settings.aliases[name];
        return [name, alias === undefined ? null : meaning(alias)];
      }),
    );
  return {
    patch: { aliases: change(() => ({ provider, modelId, ...unknown })), simulate: false },
    back: {
      aliases: change((alias) => ({ ...unknown, modelId: null, ...alias })),
      simulate: settings.simulate,
    },
    aliases: known,
    modelId,
  };
}

/** Servers list what they have; a model that only makes vectors answers nobody. */
function chatModelOf(models: readonly string[]): string | null {
  return models.find((model) => !/embed|rerank|whisper|tts/i.test(model)) ?? null;
}

/** The provider that already stands for this address, or a new name made from the program's. */
function providerName(settings: Settings, server: Server): string {
  const same = Object.entries(settings.providers).find(([, provider]) =>
    [provider.baseUrl, provider.effective.baseUrl].includes(server.baseUrl),
  );
  if (same) return same[0];
  const base =
    server.name
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-|-$/g, "") || "local-server";
  const taken = (name: string) => settings.providers[name] !== undefined;
  let name = base;
  for (let count = 2; taken(name); count += 1) name = `${base}-${count}`;
  return name;
}

export function canAnswer(server: Pick<Server, "models">): boolean {
  return chatModelOf(server.models) !== null;
}

/** Whether what is sent there stays here. */
export function isOfThisMachine(baseUrl: string | undefined): boolean {
  if (baseUrl === undefined || !URL.canParse(baseUrl)) return false;
  const { hostname } = new URL(baseUrl);
  return hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
