import { describe, expect, it } from "vitest";

import type { Model, Settings } from "../../../api/types";
import { canAnswer, isOfThisMachine, pointTo, pointToServer, unreadyOf } from "./readiness";

const model = (alias: string, canRun: boolean): Model => ({
  alias,
  provider: "anthropic",
  modelId: null,
  prices: null,
  maxOutputTokens: 8192,
  refusesTemperature: false,
  canRun,
});

const provider = (baseUrl: string) => ({
  kind: "openai" as const,
  secret: { set: false },
  effective: { limit: 1, configured: false, baseUrl },
});

const settings: Settings = {
  providers: { openai: provider("https://api.openai.com/v1"), ollama: provider("http://10.0.0.2:11434/v1") },
  aliases: { sonnet: { provider: "anthropic", modelId: "claude", contextTokens: 9 }, local: { provider: "openai" } },
  queues: {},
  evaluator: "haiku",
  simulate: true,
  welcome: true,
  simulator: {
    delayMs: 0,
    failures: [],
    marks: { factualConsistency: 1, promptAdherence: 1, completeness: 1, formatting: 1 },
    directives: false,
  },
  listener: { enabled: false, port: 7317, allowedOrigins: [] },
  texts: {},
  secrets: { where: "keychain" },
};

describe("what cannot run", () => {
  it("counts what scores, where answers are scored", () => {
    expect(unreadyOf([], [model("haiku", false)], "haiku")).toEqual({ stepIds: [], models: ["haiku"] });
    expect(unreadyOf([], [model("haiku", false)])).toEqual({ stepIds: [], models: [] });
  });

  it("is told by step and by model, each model once", () => {
    const steps = ["a", "b", "c"].map((stepId, at) => ({ stepId, model: at < 2 ? "sonnet" : "local" }));
    expect(unreadyOf(steps, [model("sonnet", false), model("local", true)])).toEqual({
      stepIds: ["a", "b"],
      models: ["sonnet"],
    });
  });
});

describe("pointing aliases elsewhere", () => {
  const server = { name: "Ollama", baseUrl: "http://127.0.0.1:11434/v1", models: ["nomic-embed-text", "llama3.3"] };

  it("makes the server a provider of its own and undoes everything", () => {
    const pointing = pointToServer(settings, ["sonnet", "ollama:x"], server);
    expect(pointing).toEqual({
      aliases: ["sonnet"],
      modelId: "llama3.3",
      patch: {
        providers: { "ollama-2": { kind: "openai", baseUrl: server.baseUrl } },
        aliases: {
          sonnet: {
            provider: "ollama-2",
            modelId: "llama3.3",
            prices: null,
            contextTokens: null,
            maxOutputTokens: null,
          },
        },
        simulate: false,
      },
      back: {
        providers: { "ollama-2": null },
        aliases: {
          sonnet: { provider: "anthropic", modelId: "claude", prices: null, contextTokens: 9, maxOutputTokens: null },
        },
        simulate: true,
      },
    });
  });

  it("takes a provider that already stands for the address", () => {
    const pointing = pointToServer(settings, ["sonnet"], { ...server, baseUrl: "http://10.0.0.2:11434/v1" });
    expect(pointing?.patch).not.toHaveProperty("providers");
    expect(pointing?.patch["aliases"]).toMatchObject({ sonnet: { provider: "ollama" } });
  });

  it("takes away a model id that was not there before", () => {
    expect(pointTo(settings, ["local"], "openai", "x").back["aliases"]).toMatchObject({ local: { modelId: null } });
  });

  it("needs a model that writes", () => {
    expect(canAnswer({ models: ["nomic-embed-text"] })).toBe(false);
    expect(pointToServer(settings, ["sonnet"], { ...server, models: [] })).toBeNull();
  });
});

it("only loopback is this machine", () => {
  expect(["http://127.0.0.1:1/v1", "http://localhost/v1", "http://[::1]:8/v1"].every(isOfThisMachine)).toBe(true);
  expect(["http://10.0.0.2/v1", "https://localhost.example.com/v1", "x", undefined].some(isOfThisMachine)).toBe(false);
});
