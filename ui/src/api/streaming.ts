// The text that calls in flight have written so far, apart from the query cache because it changes many times a
// second and may be lost: the durable text comes with the task's next frame.

import type { TextPiece } from "./frames";
import type { Execution } from "./types";

/** Listeners hear of new text at most this often. */
const EVERY_MS = 50;

interface Stream {
  attempt: number;
  /** Which call of the attempt writes; a repair begins anew. */
  phase: TextPiece["phase"];
  text: string;
  /** Something before this was lost; the text then begins in the middle. */
  isTorn: boolean;
}

class Texts {
  readonly #streams = new Map<string, Stream>();
  readonly #watchers = new Map<string, Set<() => void>>();
  readonly #changed = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | null = null;

  /** What has come in so far, or null when the step is not being written. */
  read(executionId: string, stepId: string): Stream | null {
    return this.#streams.get(name(executionId, stepId)) ?? null;
  }

  watch(executionId: string, stepId: string, watcher: () => void): () => void {
    const at = name(executionId, stepId);
    const watchers = this.#watchers.get(at) ?? new Set();
    watchers.add(watcher);
    this.#watchers.set(at, watchers);
    return () => {
      watchers.delete(watcher);
      if (watchers.size === 0) this.#watchers.delete(at);
    };
  }

  append(piece: TextPiece): void {
    const at = name(piece.executionId, piece.stepId);
    const { attempt, phase, offset, text } = piece;
    const old = this.#streams.get(at);
    if (!old || old.attempt !== attempt || old.phase !== phase || offset === 0) {
      this.#set(at, { attempt, phase, text, isTorn: offset > 0 });
      return;
    }
    // A piece that is already there came again with a snapshot.
    if (offset + text.length <= old.text.length) return;
    this.#set(at, { attempt, phase, text: old.text + text, isTorn: old.isTorn || offset > old.text.length });
  }

  /** A snapshot carries the whole text so far. */
  restart(execution: Execution): void {
    for (const [stepId, { text, attempt, phase }] of Object.entries(execution.steps ?? {})) {
      if (text === undefined) continue;
      const stream = { attempt: attempt ?? 1, phase: phase ?? "call", text, isTorn: false } as const;
      this.#set(name(execution.id, stepId), stream);
    }
  }

  end(executionId: string, stepId: string): void {
    const at = name(executionId, stepId);
    if (this.#streams.delete(at)) this.#tell(at);
  }

  #set(at: string, stream: Stream): void {
    this.#streams.set(at, stream);
    this.#tell(at);
  }

  #tell(at: string): void {
    this.#changed.add(at);
    if (this.#timer !== null) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      const changed = [...this.#changed];
      this.#changed.clear();
      for (const one of changed) for (const watcher of this.#watchers.get(one) ?? []) watcher();
    }, EVERY_MS);
  }
}

function name(executionId: string, stepId: string): string {
  return `${executionId} ${stepId}`;
}

export const texts = new Texts();
