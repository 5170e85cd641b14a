// Streaming text: pieces may come twice or not at all.

import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

import { texts } from "./streaming";

const piece = (text: string, offset: number, attempt = 1) =>
  ({ executionId: "e", stepId: "s", attempt, phase: "call", offset, text }) as const;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  texts.end("e", "s");
  vi.runAllTimers();
  vi.useRealTimers();
});

describe("texts", () => {
  it("appends what follows", () => {
    texts.append(piece("für 😀 ", 0));
    texts.append(piece("Jonas", 7));
    expect(texts.read("e", "s")).toMatchObject({ text: "für 😀 Jonas", isTorn: false });
  });

  it("ignores what a snapshot already had, and says when something is missing", () => {
    texts.append(piece("abc", 0));
    texts.append(piece("bc", 1));
    expect(texts.read("e", "s")).toMatchObject({ text: "abc", isTorn: false });
    texts.append(piece("z", 10));
    expect(texts.read("e", "s")).toMatchObject({ text: "abcz", isTorn: true });
  });

  it("begins anew with an attempt", () => {
    texts.append(piece("first", 0));
    texts.append(piece("second", 0, 2));
    expect(texts.read("e", "s")).toMatchObject({ text: "second", attempt: 2 });
    texts.append({ ...piece("repaired", 3, 2), phase: "repair" });
    expect(texts.read("e", "s")).toMatchObject({ text: "repaired", isTorn: true });
  });

  it("tells its watchers at most every 50 ms", () => {
    const watcher = vi.fn();
    const leave = texts.watch("e", "s", watcher);
    for (let at = 0; at < 100; at += 1) texts.append(piece("x", at));
    expect(watcher).not.toHaveBeenCalled();
    vi.advanceTimersByTime(50);
    expect(watcher).toHaveBeenCalledTimes(1);
    leave();
    texts.append(piece("y", 100));
    vi.advanceTimersByTime(50);
    expect(watcher).toHaveBeenCalledTimes(1);
  });
});
