// The live connection against a transport that breaks on command.

import { QueryClient } from "@tanstack/react-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { Frame } from "./frames";
import { Live } from "./live";
import { keys } from "./queries";
import type { Execution } from "./types";

const listen = vi.hoisted(() => vi.fn());
vi.mock("#door", () => ({ transport: { fetch: vi.fn(), listen }, shell: { kind: "browser" } }));

/** One stream that the test writes into. */
class Stream {
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  readonly response = new Response(
    new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.#controller = controller;
      },
    }),
  );

  say(kind: Frame["kind"], data: unknown, id?: number): void {
    const head = id === undefined ? "" : `id: ${id}\n`;
    this.#controller?.enqueue(new TextEncoder().encode(`${head}event: ${kind}\ndata: ${JSON.stringify(data)}\n\n`));
  }

  end(): void {
    this.#controller?.close();
  }
}

const execution = {
  id: "dt_exec_1",
  planId: "dt_plan_1",
  planVersion: 1,
  planName: "sample",
  status: "running",
  progress: { total: 1, completed: 0, running: 1, pending: 0, failed: 0 },
  usage: { input: 0, output: 0, total: 0, totalCost: 0 },
  createdAt: "2026-11-24T10:00:00.000Z",
  steps: { one: { status: "running", taskId: "t1" } },
} satisfies Execution;

let queries: QueryClient;
let live: Live;
let ending: AbortController;

/** Lets everything happen that is due, and what the browser would do before its next frame. */
const settle = async (ms = 20) => {
  await vi.advanceTimersByTimeAsync(ms);
};

beforeEach(() => {
  vi.useFakeTimers();
  listen.mockReset();
  queries = new QueryClient();
  live = new Live(queries);
  ending = new AbortController();
});

afterEach(() => {
  ending.abort();
  vi.useRealTimers();
});

describe("Live", () => {
  it("puts a snapshot and what follows into the cache", async () => {
    const stream = new Stream();
    listen.mockResolvedValueOnce(stream.response);
    const watching = live.watch(execution.id, ending.signal);
    stream.say("snapshot", execution, 7);
    await settle();
    expect(queries.getQueryData<Execution>(keys.execution(execution.id))?.steps?.["one"]?.status).toBe("running");
    stream.say("task", { executionId: execution.id, stepId: "one", step: { status: "completed", taskId: "t1" } });
    stream.say("end", { executionId: execution.id, status: "completed" }, 8);
    await settle();
    expect(queries.getQueryData<Execution>(keys.execution(execution.id))?.steps?.["one"]?.status).toBe("completed");
    await watching;
  });

  it("comes back after a break with the last event's id, after growing pauses", async () => {
    const first = new Stream();
    listen
      .mockResolvedValueOnce(first.response)
      .mockRejectedValueOnce(new TypeError("gone"))
      .mockReturnValue(new Promise(() => {}));
    void live.watchAll(ending.signal);
    await settle();
    expect(live.connection()).toEqual({ state: "open" });
    first.say("execution", { ...execution, steps: undefined }, 41);
    await settle();
    first.end();
    await settle();
    expect(live.connection()).toMatchObject({ state: "lost" });
    await settle(500);
    expect(listen).toHaveBeenCalledTimes(2);
    expect(listen.mock.calls[1]?.[1]).toMatchObject({ headers: { "Last-Event-ID": "41" } });
    await settle(900);
    expect(listen).toHaveBeenCalledTimes(2);
    await settle(200);
    expect(listen).toHaveBeenCalledTimes(3);
  });

  it("asks everything again once it is back, and tries at once when told to", async () => {
    const invalidated = vi.spyOn(queries, "invalidateQueries");
    const second = new Stream();
    listen.mockRejectedValueOnce(new TypeError("gone")).mockResolvedValueOnce(second.response);
    void live.watchAll(ending.signal);
    await settle();
    live.retry();
    await settle();
    expect(live.connection()).toEqual({ state: "open" });
    expect(invalidated).toHaveBeenCalledWith();
  });

  it("says so when the key is refused, and does not try again", async () => {
    listen.mockResolvedValue(new Response("{}", { status: 401 }));
    await live.watchAll(ending.signal);
    expect(live.connection()).toEqual({ state: "refused" });
    expect(listen).toHaveBeenCalledTimes(1);
  });

  it("takes silence for a dead connection", async () => {
    listen.mockImplementation(
      (_path: string, { signal }: { signal: AbortSignal }) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(new DOMException("", "AbortError")))),
    );
    void live.watchAll(ending.signal);
    await settle(44_000);
    expect(live.connection()).toEqual({ state: "connecting" });
    await settle(1_100);
    expect(live.connection()).toMatchObject({ state: "lost" });
  });

  it("draws a thousand changes of one moment once", async () => {
    const stream = new Stream();
    listen.mockResolvedValueOnce(stream.response);
    queries.setQueryData(keys.execution(execution.id), execution);
    const written = vi.spyOn(queries, "setQueryData");
    void live.watch(execution.id, ending.signal);
    await settle();
    for (let n = 0; n < 1_000; n += 1) {
      stream.say("task", {
        executionId: execution.id,
        stepId: "one",
        step: { status: "running", taskId: "t1", attempt: n },
      });
    }
    await settle(200);
    expect(written.mock.calls.length).toBeLessThan(10);
    expect(queries.getQueryData<Execution>(keys.execution(execution.id))?.steps?.["one"]?.attempt).toBe(999);
  });

  it("never asks before the last answer is there, and asks again for what came meanwhile", async () => {
    const stream = new Stream();
    listen.mockResolvedValueOnce(stream.response);
    queries.setQueryData(keys.execution(execution.id), execution);
    let answer: () => void = () => {};
    const asked = vi.spyOn(queries, "invalidateQueries").mockImplementation(
      (filter) =>
        new Promise((resolve) => {
          if (filter?.queryKey?.[1] === "timeline") answer = resolve;
        }),
    );
    const timelines = () => asked.mock.calls.filter(([filter]) => filter?.queryKey?.[1] === "timeline").length;
    const change = () =>
      stream.say("task", { executionId: execution.id, stepId: "one", step: { status: "running", taskId: "t1" } });
    void live.watch(execution.id, ending.signal);
    await settle();
    for (let n = 0; n < 5; n += 1) {
      change();
      // oxlint-disable-next-line no-await-in-loop
      await settle(400);
    }
    expect(timelines()).toBe(1);
    answer();
    await settle(400);
    expect(timelines()).toBe(2);
  });
});
