// One editor at work: history, selection, problems and saving, behind one snapshot for React. Lives as long as its page.

import type { Problem } from "../../../api/types";
import type { Published, Saved } from "../useEditor";
import type { Act } from "./acts";
import { type DraftPlan, type EditorDocument, isSamePlan } from "./draft";
import type { Edit } from "./edits";
import { rebased } from "./fixes";
import { begin, type History, perform, redo, undo } from "./history";
import { Saving, type SavingDoor } from "./saving";

/** What the engine has when a page opens. */
export interface Start {
  document: EditorDocument;
  published: DraftPlan;
  version: number;
  revision: number | null;
  draftAtMs: number | null;
  /** What a window that is gone had not saved; `revision` is of the draft that it follows on. */
  unsaved: { document: EditorDocument; revision: number | null } | null;
}

export interface Theirs {
  plan: DraftPlan;
  /** Null where there is no draft any more: then it is the newest version. */
  revision: number | null;
  atMs: number;
  version: number;
  published: DraftPlan;
}

export type PublishAnswer =
  | { outcome: "published"; version: number }
  | { outcome: "refused"; message: string }
  | { outcome: "conflict"; current: number }
  | { outcome: "failed"; message: string };

/** The engine, as the editor needs it. */
export interface EditingDoor extends SavingDoor {
  check: (plan: DraftPlan, signal: AbortSignal) => Promise<readonly Problem[]>;
  publish: (plan: DraftPlan, on: number, note: string | undefined) => Promise<PublishAnswer>;
  readTheirs: () => Promise<Theirs>;
  nowMs: () => number;
}

export interface EditingView {
  readonly document: EditorDocument;
  readonly version: number;
  readonly selection: ReadonlySet<string>;
  readonly problems: readonly Problem[];
  readonly undoAct: Act | null;
  readonly redoAct: Act | null;
  readonly saved: Saved;
  readonly isDirty: boolean;
  /** The last change was made by writing in a field. */
  readonly isWriting: boolean;
  /** What another window has written, while a conflict stands. */
  readonly theirs: Theirs | null;
}

const CHECK_MS = 250;

export class Editing {
  readonly #door: EditingDoor;
  readonly #saving: Saving;
  #history: History;
  #selection: ReadonlySet<string> = new Set();
  #problems: readonly Problem[] = [];
  #published: DraftPlan;
  #version: number;
  #theirs: Theirs | null = null;
  #view: EditingView;
  /** What another window left unsaved, until the page is there. */
  #left: { document: EditorDocument; followsOnThis: boolean } | null;
  #checkTimer: ReturnType<typeof setTimeout> | undefined;
  #checking: AbortController | null = null;
  /** Of which plan the problems are, and which one was asked about last. */
  #checked: DraftPlan | null = null;
  #asked: DraftPlan | null = null;
  readonly #watchers = new Set<() => void>();

  constructor(door: EditingDoor, start: Start) {
    this.#door = door;
    this.#published = start.published;
    this.#version = start.version;
    this.#history = begin(start.document);
    const { document, published, draftAtMs: atMs, unsaved } = start;
    // What was not saved follows on what its window had seen; where that is not what is there, the engine says so.
    const revision = unsaved ? unsaved.revision : start.revision;
    this.#saving = new Saving(door, { document, published, revision, atMs }, () => this.#savingChanged());
    this.#view = this.#look();
    this.#left = unsaved && { document: unsaved.document, followsOnThis: unsaved.revision === start.revision };
  }

  /** The page is there. */
  readonly open = (): void => {
    if (this.#left) this.#takeUp(this.#left);
    this.#left = null;
    this.#check(0);
    if (this.#saving.isUnsaved) void this.#saving.flush();
  };

  // For useSyncExternalStore.
  readonly subscribe = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };
  readonly view = (): EditingView => this.#view;

  /** False when it changed nothing. */
  readonly perform = (edit: Edit): boolean => {
    const before = this.#history;
    const sound = edit.kind === "applyFix" ? this.#rebased(edit) : edit;
    if (sound === null) return false;
    const after = perform(before, sound, this.#door.nowMs());
    // A step that gets another id stays selected under it.
    if (after !== before && sound.kind === "renameStep" && this.#selection.has(sound.id)) {
      this.#selection = new Set([...this.#selection].map((id) => (id === sound.id ? sound.to : id)));
    }
    this.#become(after);
    return this.#history !== before;
  };
  readonly undo = (): void => this.#become(undo(this.#history));
  readonly redo = (): void => this.#become(redo(this.#history));

  readonly select = (ids: Iterable<string>): void => {
    const next = new Set(ids);
    if (next.size === this.#selection.size && [...next].every((id) => this.#selection.has(id))) return;
    this.#selection = next;
    this.#tell();
  };

  readonly flush = (): Promise<void> => this.#saving.flush();
  /** The engine is back, or somebody wants to know now. */
  readonly retry = (): void => {
    if (this.#saving.state.state === "conflict" && this.#theirs === null) void this.#readTheirs();
    else this.#saving.retry();
    if (this.#history.present.plan !== this.#checked) this.#check(0);
  };
  readonly keepNow = (): void => this.#saving.keepNow();

  /** Another window's draft takes the place of this one, which stays in the history. */
  readonly loadTheirs = (): void => {
    const theirs = this.#theirs;
    if (!theirs) return;
    this.#theirs = null;
    this.#base(theirs);
    this.#history = perform(this.#history, { kind: "replace", plan: theirs.plan, why: "theirs" }, this.#door.nowMs());
    this.#saving.changed(this.#history.present);
    this.#saving.adopt(this.#history.present.plan, theirs.revision, theirs.atMs);
    this.#settle();
  };

  /** This one is kept and saved over the other, which goes into the history. */
  readonly keepMine = (): void => {
    const theirs = this.#theirs;
    if (!theirs) return;
    this.#theirs = null;
    this.#base(theirs);
    const mine = this.#history.present.plan;
    const nowMs = this.#door.nowMs();
    const passed = perform(this.#history, { kind: "replace", plan: theirs.plan, why: "theirs" }, nowMs);
    const saved = passed.present.plan;
    this.#history = perform(passed, { kind: "replace", plan: mine, why: "mine" }, nowMs);
    this.#saving.changed(this.#history.present);
    this.#saving.adopt(saved, theirs.revision, theirs.atMs);
    this.#settle();
  };

  /** Back to the published version; undo brings the draft back. */
  readonly discard = (): void => {
    this.perform({ kind: "replace", plan: this.#published, why: "discarded" });
    void this.#saving.flush();
  };

  readonly publish = async (options: { note?: string; onTopOf?: number } = {}): Promise<Published> => {
    await this.#saving.flush();
    if (this.#saving.state.state === "conflict") return { outcome: "conflict", current: this.#version };
    const { plan } = this.#history.present;
    const answer = await this.#door.publish(plan, options.onTopOf ?? this.#version, options.note);
    if (answer.outcome === "refused") this.#checkAgain();
    if (answer.outcome !== "published") return answer;
    this.#published = plan;
    this.#version = answer.version;
    if (this.#saving.hasDraft) await this.#door.deleteDraft().catch(() => {});
    this.#saving.published(plan);
    this.#settle();
    return answer;
  };

  /** Takes the newest published version in place of what is here; undo brings this back. */
  readonly loadPublished = async (): Promise<void> => {
    const theirs = await this.#door.readTheirs();
    this.#base(theirs);
    this.perform({ kind: "replace", plan: theirs.published, why: "published" });
  };

  /** The page goes: what is not saved is sent, or kept for the next start. */
  readonly end = (): Promise<void> => {
    clearTimeout(this.#checkTimer);
    this.#checking?.abort();
    const ended = this.#saving.flush().finally(() => this.#saving.end());
    return ended;
  };

  /** A fix speaks of the plan that was checked; null where the present one no longer fits it. */
  #rebased(fix: Extract<Edit, { kind: "applyFix" }>): Edit | null {
    const { plan } = this.#history.present;
    if (this.#checked === null || this.#checked === plan) return fix;
    const operations = rebased(fix.operations, this.#checked, plan);
    return operations === null ? null : { ...fix, operations };
  }

  #checkAgain(): void {
    this.#checked = null;
    this.#check(0);
  }

  #base({ version, published }: Theirs): void {
    this.#version = version;
    this.#published = published;
    this.#saving.rebase(published);
  }

  #takeUp({ document, followsOnThis }: { document: EditorDocument; followsOnThis: boolean }): void {
    const edit: Edit = { kind: "replace", plan: document.plan, why: "mine" };
    const taken = perform(this.#history, edit, this.#door.nowMs());
    const present = followsOnThis ? { ...taken.present, layout: document.layout } : taken.present;
    this.#history = { ...taken, present };
    this.#saving.changed(present);
    this.#settle();
  }

  #become(history: History): void {
    if (history === this.#history) return;
    this.#history = history;
    this.#saving.changed(history.present);
    this.#settle();
  }

  /** After another document: what is gone is not selected, and the rest is checked. */
  #settle(): void {
    const { plan, layout } = this.#history.present;
    if (this.#selection.size > 0) {
      const there = new Set([...plan.steps.map(({ id }) => id), ...layout.notes.map(({ id }) => id)]);
      if ([...this.#selection].some((id) => !there.has(id))) {
        this.#selection = new Set([...this.#selection].filter((id) => there.has(id)));
      }
    }
    if (plan !== this.#asked) this.#check(CHECK_MS);
    this.#tell();
  }

  #savingChanged(): void {
    if (this.#saving.state.state === "conflict" && this.#theirs === null) void this.#readTheirs();
    this.#tell();
  }

  async #readTheirs(): Promise<void> {
    try {
      this.#theirs = await this.#door.readTheirs();
      this.#tell();
    } catch {
      // Asked for again by the next change or when the engine is back.
    }
  }

  #check(afterMs: number): void {
    clearTimeout(this.#checkTimer);
    this.#asked = this.#history.present.plan;
    this.#checkTimer = setTimeout(() => void this.#checkNow(), afterMs);
  }

  async #checkNow(): Promise<void> {
    const { plan } = this.#history.present;
    if (plan === this.#checked) return;
    this.#checking?.abort();
    const checking = new AbortController();
    this.#checking = checking;
    try {
      const problems = await this.#door.check(plan, checking.signal);
      if (checking.signal.aborted) return;
      this.#checked = plan;
      this.#problems = problems;
      this.#tell();
    } catch {
      // Offline, or overtaken: what the last check found stays. The engine's return asks again.
    }
  }

  #look(): EditingView {
    const { past, present, future } = this.#history;
    return {
      document: present,
      version: this.#version,
      selection: this.#selection,
      problems: this.#problems,
      undoAct: past.at(-1)?.act ?? null,
      redoAct: future.at(-1)?.act ?? null,
      saved: this.#saving.state,
      isDirty: !isSamePlan(present.plan, this.#published),
      isWriting: this.#history.writing !== null,
      theirs: this.#theirs,
    };
  }

  #tell(): void {
    this.#view = this.#look();
    for (const watcher of this.#watchers) watcher();
  }
}
