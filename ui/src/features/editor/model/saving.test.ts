// Saving by itself: when it rests, one at a time, never over another window's, and not lost when the engine is gone.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import type { DraftPlan, EditorDocument } from "./draft";
import { Editing, type EditingDoor, type PublishAnswer, type Theirs } from "./editing";
import { Conflict, Refused } from "./saving";

const published: DraftPlan = { name: "p", steps: [{ id: "a", prompt: "one" }] };
const layout = { nodes: {}, notes: [] };

/** An engine with one draft, and a wire that can break. */
class Engine {
  draft: { plan: DraftPlan; revision: number } | null = null;
  revisions = 0;
  version = 1;
  published = published;
  calls: string[] = [];
  kept: EditorDocument | null = null;
  fault: Error | null = null;
  answer: Promise<void> = Promise.resolve();

  saves(): string[] {
    return this.calls.filter((call) => !call.startsWith("check"));
  }

  door(): EditingDoor {
    return {
      putDraft: async (plan, revision) => {
        this.calls.push(`draft ${plan.steps[0]?.prompt}`);
        await this.answer;
        if (this.fault) throw this.fault;
        if ((this.draft?.revision ?? null) !== revision) throw new Conflict();
        return { revision: this.write(plan), atMs: 1_000 };
      },
      deleteDraft: async () => {
        this.calls.push("delete");
        this.draft = null;
      },
      putLayout: async () => {
        this.calls.push("layout");
        if (this.fault) throw this.fault;
      },
      keep: (document) => {
        this.kept = document;
      },
      forget: () => {
        this.kept = null;
      },
      check: async (plan) => {
        this.calls.push(`check ${plan.steps[0]?.prompt}`);
        return [];
      },
      publish: async (plan, on): Promise<PublishAnswer> => {
        this.calls.push(`publish on ${on}`);
        if (on !== this.version) return { outcome: "conflict", current: this.version };
        this.published = plan;
        this.version += 1;
        return { outcome: "published", version: this.version };
      },
      readTheirs: async (): Promise<Theirs> => ({
        plan: this.draft?.plan ?? this.published,
        revision: this.draft?.revision ?? null,
        atMs: 5_000,
        version: this.version,
        published: this.published,
      }),
      nowMs: Date.now,
    };
  }

  /** As another window does it. */
  write(plan: DraftPlan): number {
    this.revisions += 1;
    this.draft = { plan, revision: this.revisions };
    return this.revisions;
  }
}

function opened(engine: Engine, unsaved: { document: EditorDocument; revision: number | null } | null = null) {
  const document = { plan: engine.draft?.plan ?? engine.published, layout };
  const revision = engine.draft?.revision ?? null;
  const { version } = engine;
  const editing = new Editing(engine.door(), {
    document,
    published: engine.published,
    version,
    revision,
    draftAtMs: null,
    unsaved,
  });
  editing.open();
  return editing;
}

const type = (editing: Editing, prompt: string) =>
  editing.perform({ kind: "changeStep", id: "a", change: { prompt }, field: "prompt" });
const prompt = (plan: DraftPlan | undefined) => plan?.steps[0]?.prompt;
const shown = (editing: Editing) => prompt(editing.view().document.plan);
const saying = (text: string): DraftPlan => ({ name: "p", steps: [{ id: "a", prompt: text }] });

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("saving", () => {
  it("waits until writing rests", async () => {
    const engine = new Engine();
    const editing = opened(engine);
    type(editing, "t");
    await vi.advanceTimersByTimeAsync(500);
    type(editing, "two");
    expect(engine.kept).not.toBeNull();
    await vi.advanceTimersByTimeAsync(500);
    expect(engine.saves()).toEqual([]);
    await vi.advanceTimersByTimeAsync(100);
    expect(engine.saves()).toEqual(["draft two"]);
    expect(editing.view().saved).toEqual({ state: "saved", atMs: 1_000 });
    expect(engine.kept).toBeNull();
  });

  it("has one request under way", async () => {
    const engine = new Engine();
    const editing = opened(engine);
    let arrive = () => {};
    engine.answer = new Promise((resolve) => {
      arrive = resolve;
    });
    type(editing, "two");
    void editing.flush();
    type(editing, "three");
    await vi.advanceTimersByTimeAsync(5_000);
    expect(engine.saves()).toEqual(["draft two"]);
    arrive();
    await vi.advanceTimersByTimeAsync(700);
    expect(engine.saves()).toEqual(["draft two", "draft three"]);
  });

  it("goes out at once when it has to", async () => {
    const engine = new Engine();
    const editing = opened(engine);
    type(editing, "two");
    await editing.end();
    expect(prompt(engine.draft?.plan)).toBe("two");
  });

  it("keeps what cannot be sent, and tries again", async () => {
    const engine = new Engine();
    const editing = opened(engine);
    engine.fault = new TypeError("no answer");
    type(editing, "two");
    await vi.advanceTimersByTimeAsync(600);
    expect(editing.view().saved.state).toBe("failed");
    expect(prompt(engine.kept?.plan)).toBe("two");
    type(editing, "three");
    engine.fault = null;
    editing.retry();
    await vi.advanceTimersByTimeAsync(0);
    expect(prompt(engine.draft?.plan)).toBe("three");
    expect(editing.view().saved.state).toBe("saved");
    expect(engine.kept).toBeNull();
  });

  it("says why the engine does not take it, and does not insist", async () => {
    const engine = new Engine();
    const editing = opened(engine);
    engine.fault = new Refused("The plan is too large.");
    type(editing, "two");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(engine.saves()).toEqual(["draft two"]);
    expect(editing.view().saved).toMatchObject({ state: "failed", reason: "The plan is too large." });
  });

  it("leaves no draft that says what is published", async () => {
    const engine = new Engine();
    const editing = opened(engine);
    type(editing, "two");
    await editing.flush();
    editing.undo();
    expect(editing.view().isDirty).toBe(false);
    await editing.flush();
    expect(engine.draft).toBeNull();
    expect(editing.view().saved.state).toBe("saved");
    editing.redo();
    await editing.flush();
    expect(prompt(engine.draft?.plan)).toBe("two");
  });

  it("has the plan checked at the start and when writing rests", async () => {
    const engine = new Engine();
    const editing = opened(engine);
    await vi.advanceTimersByTimeAsync(0);
    type(editing, "t");
    await vi.advanceTimersByTimeAsync(200);
    type(editing, "two");
    await vi.advanceTimersByTimeAsync(5_000);
    editing.select(["a"]);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(engine.calls.filter((call) => call.startsWith("check"))).toEqual(["check one", "check two"]);
  });

  it("saves the layout beside it", async () => {
    const engine = new Engine();
    const editing = opened(engine);
    editing.perform({ kind: "moveItems", positions: { a: { x: 8, y: 8 } } });
    await vi.advanceTimersByTimeAsync(600);
    expect(engine.saves()).toEqual(["layout"]);
  });
});

describe("another window", () => {
  async function conflicted() {
    const engine = new Engine();
    const editing = opened(engine);
    engine.write(saying("theirs"));
    type(editing, "mine");
    await editing.flush();
    await vi.advanceTimersByTimeAsync(0);
    expect(editing.view().saved.state).toBe("conflict");
    expect(editing.view().theirs?.revision).toBe(1);
    expect(prompt(engine.kept?.plan)).toBe("mine");
    return { engine, editing };
  }

  it("can be followed, and undo brings mine back", async () => {
    const { engine, editing } = await conflicted();
    editing.loadTheirs();
    expect(shown(editing)).toBe("theirs");
    expect(editing.view().saved.state).toBe("saved");
    editing.undo();
    await editing.flush();
    expect(prompt(engine.draft?.plan)).toBe("mine");
    expect(engine.draft?.revision).toBe(2);
  });

  it("can be overruled, and undo brings theirs back", async () => {
    const { engine, editing } = await conflicted();
    editing.keepMine();
    await editing.flush();
    expect(prompt(engine.draft?.plan)).toBe("mine");
    expect(editing.view().saved.state).toBe("saved");
    editing.undo();
    expect(shown(editing)).toBe("theirs");
  });

  it("is never overwritten while nobody has decided", async () => {
    const { engine, editing } = await conflicted();
    type(editing, "mine again");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(prompt(engine.draft?.plan)).toBe("theirs");
    expect((await editing.publish()).outcome).toBe("conflict");
    expect(engine.version).toBe(1);
  });
});

describe("what a closed window left", () => {
  it("goes on where it was", async () => {
    const engine = new Engine();
    engine.write(saying("saved"));
    const editing = opened(engine, { document: { plan: saying("unsaved"), layout }, revision: 1 });
    expect(shown(editing)).toBe("unsaved");
    await vi.advanceTimersByTimeAsync(0);
    expect(prompt(engine.draft?.plan)).toBe("unsaved");
    editing.undo();
    expect(shown(editing)).toBe("saved");
  });

  it("asks where another window has gone on meanwhile", async () => {
    const engine = new Engine();
    engine.write(saying("old"));
    engine.write(saying("theirs"));
    const editing = opened(engine, { document: { plan: saying("unsaved"), layout }, revision: 1 });
    await vi.advanceTimersByTimeAsync(0);
    expect(prompt(engine.draft?.plan)).toBe("theirs");
    expect(editing.view().saved.state).toBe("conflict");
    expect(shown(editing)).toBe("unsaved");
  });
});

describe("publishing", () => {
  it("makes a version and leaves no draft", async () => {
    const engine = new Engine();
    const editing = opened(engine);
    type(editing, "two");
    expect(await editing.publish()).toEqual({ outcome: "published", version: 2 });
    expect(engine.draft).toBeNull();
    expect(editing.view()).toMatchObject({ version: 2, isDirty: false });
    type(editing, "three");
    await editing.flush();
    expect(prompt(engine.draft?.plan)).toBe("three");
  });

  it("does not go over a version that it has not seen", async () => {
    const engine = new Engine();
    const editing = opened(engine);
    engine.version = 2;
    engine.published = saying("v2");
    type(editing, "mine");
    expect(await editing.publish()).toEqual({ outcome: "conflict", current: 2 });
    expect(await editing.publish({ onTopOf: 2 })).toEqual({ outcome: "published", version: 3 });
    expect(prompt(engine.published)).toBe("mine");
  });

  it("can take the other version, and undo brings mine back", async () => {
    const engine = new Engine();
    const editing = opened(engine);
    engine.version = 2;
    engine.published = saying("v2");
    type(editing, "mine");
    await editing.publish();
    await editing.loadPublished();
    expect(shown(editing)).toBe("v2");
    expect(editing.view()).toMatchObject({ version: 2, isDirty: false });
    editing.undo();
    expect(shown(editing)).toBe("mine");
  });
});
