// Saves what is edited by itself: when it rests, one request at a time, and never over what another window wrote.

import type { Layout } from "../../../api/types";
import type { Saved } from "../useEditor";
import { type DraftPlan, type EditorDocument, isSamePlan } from "./draft";

/** Where saving leads. Throws `Conflict` when another window has written, `Refused` when trying again is no use. */
export interface SavingDoor {
  putDraft: (plan: DraftPlan, revision: number | null) => Promise<{ revision: number; atMs: number }>;
  deleteDraft: () => Promise<void>;
  putLayout: (layout: Layout) => Promise<void>;
  /** What is not saved yet, for the next start. */
  keep: (document: EditorDocument, revision: number | null) => void;
  forget: () => void;
}

/** Another window has written meanwhile. */
export class Conflict extends Error {}
/** The engine does not take it, and says why. */
export class Refused extends Error {}

const REST_MS = 600;
/** Keeping is quick for a small plan and slow for a large one; it never takes more than a tenth of the time. */
const KEEP_MS = 250;
const KEEP_SHARE = 10;
const FIRST_RETRY_MS = 2_000;
const LONGEST_RETRY_MS = 30_000;

export interface SavedUntilNow {
  document: EditorDocument;
  /** What is published: a draft that says the same is none. */
  published: DraftPlan;
  revision: number | null;
  atMs: number | null;
}

export class Saving {
  readonly #door: SavingDoor;
  #wanted: EditorDocument;
  #saved: EditorDocument;
  #published: DraftPlan;
  #revision: number | null;
  #state: Saved;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #keepTimer: ReturnType<typeof setTimeout> | undefined;
  #keepMs = KEEP_MS;
  #retryMs = FIRST_RETRY_MS;
  #inFlight: Promise<void> | null = null;
  readonly #watcher: () => void;

  constructor(door: SavingDoor, start: SavedUntilNow, watcher: () => void) {
    this.#door = door;
    this.#wanted = start.document;
    this.#saved = start.document;
    this.#published = start.published;
    this.#revision = start.revision;
    this.#state = { state: "saved", ...(start.atMs === null ? {} : { atMs: start.atMs }) };
    this.#watcher = watcher;
  }

  get state(): Saved {
    return this.#state;
  }

  get revision(): number | null {
    return this.#revision;
  }

  /** Whether a draft is kept by the engine. */
  get hasDraft(): boolean {
    return this.#revision !== null;
  }

  get isUnsaved(): boolean {
    return this.#wanted.plan !== this.#saved.plan || this.#wanted.layout !== this.#saved.layout;
  }

  /** There is a newer document; it goes out when it rests. */
  changed(document: EditorDocument): void {
    if (document === this.#wanted) return;
    this.#wanted = document;
    if (!this.isUnsaved && this.#inFlight === null && this.#state.state !== "conflict") {
      this.#settle();
      return;
    }
    this.#keepSoon();
    if (this.#state.state === "conflict") return;
    if (this.#state.state === "saved") this.#say("waiting");
    this.#later(REST_MS);
  }

  /** Saves now; settles when everything that was wanted has been saved or cannot be. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.keepNow();
    while (this.isUnsaved && this.#state.state !== "conflict") {
      const before = this.#saved;
      // The next request depends on the revision that the one before it brings.
      // oxlint-disable-next-line no-await-in-loop
      await this.#send();
      if (this.#saved === before) return;
    }
  }

  /** The engine is back. */
  retry(): void {
    if (this.#state.state === "failed") void this.flush();
  }

  /** Writes what is not saved yet into the window's storage, at once. */
  keepNow(): void {
    clearTimeout(this.#keepTimer);
    this.#keepTimer = undefined;
    if (!this.isUnsaved) return;
    const startMs = performance.now();
    this.#door.keep(this.#wanted, this.#revision);
    this.#keepMs = Math.max(KEEP_MS, (performance.now() - startMs) * KEEP_SHARE);
  }

  /** Another window's draft is taken as the one that ours follows; `saved` is what the engine has now. */
  adopt(saved: DraftPlan, revision: number | null, atMs: number | null): void {
    this.#saved = { ...this.#saved, plan: saved };
    this.#revision = revision;
    this.#state = { state: "saved", ...(atMs === null ? {} : { atMs }) };
    this.#settle();
    if (this.isUnsaved) void this.flush();
  }

  /** A version was published: from now on there is no draft. */
  published(plan: DraftPlan): void {
    this.#published = plan;
    this.#revision = null;
    this.#saved = { ...this.#saved, plan };
    this.#state = { state: "saved" };
    this.#settle();
    if (this.isUnsaved) this.#later(REST_MS);
  }

  /** The published version on which a draft is based has changed. */
  rebase(plan: DraftPlan): void {
    this.#published = plan;
  }

  /** Nothing more goes out by itself. What is under way comes to its end. */
  end(): void {
    this.keepNow();
    clearTimeout(this.#timer);
  }

  #later(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#send(), ms);
  }

  #keepSoon(): void {
    this.#keepTimer ??= setTimeout(() => this.keepNow(), this.#keepMs);
  }

  #settle(): void {
    if (!this.isUnsaved) {
      clearTimeout(this.#timer);
      clearTimeout(this.#keepTimer);
      this.#keepTimer = undefined;
      this.#door.forget();
      if (this.#state.state === "waiting") this.#say("saved");
    }
    this.#watcher();
  }

  #say(state: Saved["state"], reason?: string): void {
    const { atMs } = this.#state;
    this.#state = { state, ...(atMs === undefined ? {} : { atMs }), ...(reason === undefined ? {} : { reason }) };
    this.#watcher();
  }

  #send(): Promise<void> {
    clearTimeout(this.#timer);
    this.#inFlight ??= this.#sendOnce().finally(() => {
      this.#inFlight = null;
      if (this.isUnsaved && this.#state.state === "saved") {
        this.#say("waiting");
        this.#later(REST_MS);
      }
    });
    return this.#inFlight;
  }

  async #sendOnce(): Promise<void> {
    const wanted = this.#wanted;
    if (!this.isUnsaved || this.#state.state === "conflict") return;
    this.#say("saving");
    try {
      if (wanted.plan !== this.#saved.plan) await this.#sendPlan(wanted.plan);
      if (wanted.layout !== this.#saved.layout) {
        await this.#door.putLayout(wanted.layout);
        this.#saved = { ...this.#saved, layout: wanted.layout };
      }
      this.#retryMs = FIRST_RETRY_MS;
      this.#say("saved");
      this.#settle();
    } catch (error) {
      this.#fail(error);
    }
  }

  async #sendPlan(plan: DraftPlan): Promise<void> {
    const isDraft = !isSamePlan(plan, this.#published);
    if (isDraft || this.#revision !== null) {
      // A draft that says the same as the version is written once more, so that another window's is noticed.
      const { revision, atMs } = await this.#door.putDraft(plan, this.#revision);
      this.#revision = revision;
      this.#state = { ...this.#state, atMs };
    }
    if (!isDraft && this.#revision !== null) {
      await this.#door.deleteDraft();
      this.#revision = null;
    }
    this.#saved = { ...this.#saved, plan };
  }

  #fail(error: unknown): void {
    this.keepNow();
    if (error instanceof Conflict) {
      this.#say("conflict");
      return;
    }
    if (error instanceof Refused) {
      this.#say("failed", error.message);
      return;
    }
    this.#say("failed");
    this.#later(this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, LONGEST_RETRY_MS);
  }
}
