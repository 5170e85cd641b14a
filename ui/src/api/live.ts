// What happens while a screen is open: frames of the engine into the query cache, at most once per drawn frame.
//
// One stream of everything keeps lists and heads right; an open execution has a stream of its own, which begins with
// a snapshot and brings the text that is still streaming in. Streams that break are opened again with growing pauses,
// and what was missed is asked for again.

import type { QueryClient } from "@tanstack/react-query";

import { transport } from "#door";

import { folded } from "./fold";
import { type Frame, frameOf } from "./frames";
import { keys } from "./queries";
import { eventsOf } from "./sse";
import { texts } from "./streaming";
import type { Execution } from "./types";

/** How the connection to the engine is. */
export type Connection =
  | { state: "connecting" }
  | { state: "open" }
  /** Gone since then; tried again at `retryAtMs`. */
  | { state: "lost"; sinceMs: number; retryAtMs: number }
  /** The key is missing, wrong or expired. */
  | { state: "refused" };

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;
/** What a frame made stale is asked for after this. */
const SOON_MS = 300;
/** The engine says something every 15 s; silence of three times that is a dead connection. */
const SILENCE_MS = 45_000;

export class Live {
  readonly #queries: QueryClient;
  #connection: Connection = { state: "connecting" };
  readonly #watchers = new Set<() => void>();
  readonly #frames: Frame[] = [];
  #isScheduled = false;
  #wake: (() => void) | null = null;

  constructor(queries: QueryClient) {
    this.#queries = queries;
  }

  // For useSyncExternalStore.
  readonly subscribe = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };
  readonly connection = (): Connection => this.#connection;

  /** An answer said that the key of this page is no longer valid. */
  readonly refuse = (): void => this.#say({ state: "refused" });

  /** After a new key: as at the start. */
  readonly forgive = (): void => this.#say({ state: "connecting" });

  /** Tries again at once. */
  readonly retry = (): void => this.#wake?.();

  /** Watches everything until the signal ends it. */
  async watchAll(signal: AbortSignal): Promise<void> {
    await this.#keepOpen("/api/events?events=execution,task,approval,end", signal, true);
  }

  /** Watches one execution, with its streaming text, until it ends or the signal says so. */
  async watch(executionId: string, signal: AbortSignal): Promise<void> {
    await this.#keepOpen(`/api/plans/executions/${encodeURIComponent(executionId)}/events`, signal, false);
  }

  async #keepOpen(path: string, signal: AbortSignal, speaksForAll: boolean): Promise<void> {
    let pauseMs = FIRST_PAUSE_MS;
    let lastId: string | null = null;
    let lostSinceMs: number | null = null;
    while (!signal.aborted) {
      const attempt = new AbortController();
      const end = () => attempt.abort();
      signal.addEventListener("abort", end);
      let silence = setTimeout(end, SILENCE_MS);
      try {
        const headers = lastId === null ? {} : { "Last-Event-ID": lastId };
        // A stream is opened again only after the one before it has ended.
        // oxlint-disable-next-line no-await-in-loop
        const response = await transport.listen(path, { headers, signal: attempt.signal });
        if (response.status === 204) return;
        if (response.status === 401 || response.status === 403) {
          if (speaksForAll) this.#say({ state: "refused" });
          return;
        }
        if (response.status === 404) return;
        if (!response.ok || !response.body) throw new Error(`The stream was refused with ${response.status}.`);
        if (speaksForAll) {
          this.#say({ state: "open" });
          // Whatever happened while nobody listened.
          if (lostSinceMs !== null) this.#askAgain();
        }
        lostSinceMs = null;
        pauseMs = FIRST_PAUSE_MS;
        // oxlint-disable-next-line no-await-in-loop
        for await (const { event, data, id } of eventsOf(response.body)) {
          clearTimeout(silence);
          silence = setTimeout(end, SILENCE_MS);
          const frame = frameOf(event, data);
          if (id !== null) lastId = id;
          if (!frame) continue;
          this.#take(frame);
          if (frame.kind === "lagged" && speaksForAll) this.#askAgain();
          if (frame.kind === "end" && !speaksForAll) return;
        }
      } catch (error) {
        if (signal.aborted) return;
        void error;
      } finally {
        clearTimeout(silence);
        signal.removeEventListener("abort", end);
        attempt.abort();
      }
      if (signal.aborted) return;
      lostSinceMs ??= Date.now();
      if (speaksForAll) this.#say({ state: "lost", sinceMs: lostSinceMs, retryAtMs: Date.now() + pauseMs });
      // oxlint-disable-next-line no-await-in-loop
      await this.#pause(pauseMs, signal, speaksForAll);
      pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }

  #pause(ms: number, signal: AbortSignal, canBeWoken: boolean): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        if (canBeWoken) this.#wake = null;
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener("abort", done);
      if (canBeWoken) this.#wake = done;
    });
  }

  #say(connection: Connection): void {
    this.#connection = connection;
    for (const watcher of this.#watchers) watcher();
  }

  #askAgain(): void {
    void this.#queries.invalidateQueries();
  }

  #take(frame: Frame): void {
    if (frame.kind === "text") {
      texts.append(frame.data);
      return;
    }
    this.#frames.push(frame);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // A hidden page draws no frames, and its cache shall be right when it comes back.
    if (document.hidden) setTimeout(this.#flush, 100);
    else requestAnimationFrame(this.#flush);
  }

  readonly #flush = (): void => {
    this.#isScheduled = false;
    const frames = this.#frames.splice(0);
    const ids = new Set<string>();
    let listsChanged = false;
    for (const frame of frames) {
      switch (frame.kind) {
        case "snapshot":
          texts.restart(frame.data);
          this.#queries.setQueryData<Execution>(keys.execution(frame.data.id), (old) => old ?? frame.data);
          ids.add(frame.data.id);
          break;
        case "execution":
          listsChanged = true;
          ids.add(frame.data.id);
          break;
        case "task":
          ids.add(frame.data.executionId);
          if (frame.data.step.status !== "running") texts.end(frame.data.executionId, frame.data.stepId);
          this.#stale(keys.step(frame.data.executionId, frame.data.stepId));
          break;
        case "approval":
          this.#stale(keys.approval(frame.data.taskId));
          break;
        case "text":
        case "end":
        case "lagged":
          break;
        default:
          never(frame);
      }
    }
    for (const id of ids) {
      this.#queries.setQueryData<Execution>(keys.execution(id), (old) => (old ? folded(old, frames) : old));
      this.#stale(keys.timeline(id));
    }
    if (listsChanged) this.#listsChanged();
  };

  #stale(queryKey: readonly unknown[]): void {
    this.#soon(JSON.stringify(queryKey), () => this.#queries.invalidateQueries({ queryKey }));
  }

  #listsChanged(): void {
    const lists = [[...keys.executions, "list"], [...keys.plans, "list"], keys.queues];
    this.#soon("lists", () => Promise.all(lists.map((queryKey) => this.#queries.invalidateQueries({ queryKey }))));
  }

  readonly #asked = new Map<string, "soon" | "now" | "again">();

  // A thousand changes a second are asked for a few times a second, and never before the last answer is there: a new
  // question would take its place, and under a steady stream of changes none would ever be answered.
  #soon(name: string, ask: () => Promise<unknown>): void {
    const state = this.#asked.get(name);
    if (state === "now") this.#asked.set(name, "again");
    if (state !== undefined) return;
    this.#asked.set(name, "soon");
    setTimeout(() => {
      this.#asked.set(name, "now");
      const done = () => {
        const isAskedAgain = this.#asked.get(name) === "again";
        this.#asked.delete(name);
        if (isAskedAgain) this.#soon(name, ask);
      };
      ask().then(done, done);
    }, SOON_MS);
  }
}

function never(frame: never): never {
  throw new Error(`Unknown frame ${JSON.stringify(frame)}`);
}
