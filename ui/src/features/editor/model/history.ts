// Undo and redo without limit. Each entry keeps the document as it was and the name of what was done to it; because
// documents share all that did not change, a thousand entries cost little more than one.

import { type Act, actOf } from "./acts";
import type { EditorDocument } from "./draft";
import { edit } from "./edit";
import { type Edit, fieldKey } from "./edits";

export interface Entry {
  readonly act: Act;
  /** For the past: as it was before. For the future: as it was after. */
  readonly document: EditorDocument;
}

export interface History {
  readonly past: readonly Entry[];
  readonly present: EditorDocument;
  /** The next one to redo is the last. */
  readonly future: readonly Entry[];
  /** The field that is being written in, and since when it rests. */
  readonly writing: { readonly key: string; readonly atMs: number } | null;
}

/** Writing in one field is one act until it rests for so long. */
export const REST_MS = 1_000;

export function begin(present: EditorDocument): History {
  return { past: [], present, future: [], writing: null };
}

/** Does an edit; the same history when it changes nothing. */
export function perform(history: History, change: Edit, atMs: number): History {
  const present = edit(history.present, change);
  if (present === history.present) return history;
  const key = fieldKey(change);
  const { writing } = history;
  const goesOn = key !== null && writing?.key === key && atMs - writing.atMs < REST_MS && history.past.length > 0;
  return {
    past: goesOn ? history.past : [...history.past, { act: actOf(change, history.present), document: history.present }],
    present,
    future: [],
    writing: key === null ? null : { key, atMs },
  };
}

export function undo(history: History): History {
  const entry = history.past.at(-1);
  if (!entry) return history;
  return {
    past: history.past.slice(0, -1),
    present: entry.document,
    future: [...history.future, { act: entry.act, document: history.present }],
    writing: null,
  };
}

export function redo(history: History): History {
  const entry = history.future.at(-1);
  if (!entry) return history;
  return {
    past: [...history.past, { act: entry.act, document: history.present }],
    present: entry.document,
    future: history.future.slice(0, -1),
    writing: null,
  };
}

/** What is written next is an act of its own. */
export function rest(history: History): History {
  return history.writing === null ? history : { ...history, writing: null };
}
