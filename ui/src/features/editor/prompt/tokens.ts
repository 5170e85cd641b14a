// Colours the tags of a template, and knows for completion in which of them the caret is. After a key only the
// neighbourhood of the change is read again.

import {
  type EditorState,
  type Extension,
  type Range,
  RangeSet,
  StateField,
  type Transaction,
} from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView } from "@codemirror/view";

import { scanTemplate, type Tag, type TagKind } from "./scan";

/** A longer tag counts as never closed; so one key costs no more than reading this far. */
const LONGEST_TAG = 1 << 14;

const MARKS: Record<TagKind | "open", Decoration> = {
  expression: Decoration.mark({ class: "tpl-code", isCode: true }),
  statement: Decoration.mark({ class: "tpl-code", isCode: true }),
  condition: Decoration.mark({ class: "tpl-code", isCode: true }),
  comment: Decoration.mark({ class: "tpl-comment" }),
  raw: Decoration.mark({ class: "tpl-raw" }),
  open: Decoration.mark({ class: "tpl-open", isCode: true, isOpen: true }),
};

function markOf(tag: Tag): Range<Decoration> {
  return MARKS[tag.isClosed ? tag.kind : "open"].range(tag.from, tag.to);
}

function scanAll(state: EditorState): DecorationSet {
  return RangeSet.of(scanTemplate(state.doc.toString(), { longestTag: LONGEST_TAG }).map(markOf));
}

const tagField = StateField.define<DecorationSet>({
  create: scanAll,
  update: (tags, transaction) => (transaction.docChanged ? changed(tags, transaction) : tags),
  provide: (field) => EditorView.decorations.from(field),
});

function changed(tags: DecorationSet, { changes, startState, state }: Transaction): DecorationSet {
  let [oldFrom, oldTo, newTo] = [startState.doc.length, 0, 0];
  changes.iterChangedRanges((fromA, toA, _fromB, toB) => {
    oldFrom = Math.min(oldFrom, fromA);
    oldTo = Math.max(oldTo, toA);
    newTo = Math.max(newTo, toB);
  });
  const start = resumeAt(tags, oldFrom);
  const shift = state.doc.length - startState.doc.length;
  for (let ahead = 1 << 12; ; ahead *= 4) {
    const end = Math.min(state.doc.length, newTo + ahead);
    const found = rescan(state, tags, { start, end, oldTo, newTo, shift });
    if (found === null) continue;
    return tags.map(changes).update({
      filterFrom: start,
      filterTo: found.upTo,
      filter: (from) => from < start || from >= found.upTo,
      add: found.tags.map(markOf),
    });
  }
}

/** A place outside of all tags from which the text has to be read again. */
function resumeAt(tags: DecorationSet, changedFrom: number): number {
  let start = changedFrom;
  // One that did not close within the bound may do so by this change.
  const lowest = Math.max(0, changedFrom - LONGEST_TAG - 2);
  tags.between(lowest, changedFrom, (from, to, mark) => {
    const mayReach = to >= changedFrom || mark.spec["isOpen"] === true;
    if (mayReach) start = Math.min(start, from);
  });
  // A brace that stands alone may become a marker.
  return Math.max(0, start === changedFrom ? start - 1 : start);
}

interface Span {
  start: number;
  end: number;
  oldTo: number;
  newTo: number;
  shift: number;
}

/** The tags from `start` to where everything is as it was; null when that lies behind `end`. */
function rescan(state: EditorState, old: DecorationSet, { start, end, oldTo, newTo, shift }: Span) {
  const isWhole = end === state.doc.length;
  // What is read ends a tag's length behind what is asked, so that a cut never looks like a missing end.
  const text = state.doc.sliceString(start, isWhole ? end : end + LONGEST_TAG);
  let upTo: number | null = null;
  const stopAt = (at: number) => {
    const from = start + at;
    if (!isWhole && from >= end) return true;
    if (from < newTo || from - shift < oldTo || !startsAt(old, from - shift)) return false;
    upTo = from;
    return true;
  };
  const tags = scanTemplate(text, { longestTag: LONGEST_TAG, stopAt });
  const placed = tags.map((tag) => ({ ...tag, from: tag.from + start, to: tag.to + start }));
  if (upTo !== null) return { tags: placed, upTo };
  if (isWhole) return { tags: placed, upTo: state.doc.length + 1 };
  // Outside of a tag now as before: from here on nothing is different.
  const isOutside = (placed.at(-1)?.to ?? start) <= end && end > newTo && !covers(old, end - shift);
  return isOutside ? { tags: placed, upTo: end } : null;
}

function covers(tags: DecorationSet, place: number): boolean {
  let is = false;
  tags.between(place, place, (from, to) => {
    if (from < place && to > place) is = true;
  });
  return is;
}

function startsAt(tags: DecorationSet, place: number): boolean {
  let is = false;
  tags.between(place, place, (from) => {
    if (from === place) is = true;
    return is ? false : undefined;
  });
  return is;
}

/** Where the code begins in which a place stands; null outside of code. */
export function codeAt(state: EditorState, place: number): number | null {
  const tags = state.field(tagField, false);
  if (!tags) return null;
  let start: number | null = null;
  tags.between(Math.max(0, place - LONGEST_TAG), place, (from, to, mark) => {
    if (from + 2 > place) return;
    const isOpen = mark.spec["isOpen"] === true;
    const isInside = mark.spec["isCode"] === true && (isOpen || place <= to - 2);
    // What stands behind a closed tag is not in an open one before it.
    if (isInside) start = from;
    else if (to <= place) start = null;
  });
  return start;
}

/** The tags that are coloured, for tests. */
export function coloured(state: EditorState): { from: number; to: number; isOpen: boolean }[] {
  const found: { from: number; to: number; isOpen: boolean }[] = [];
  state.field(tagField).between(0, state.doc.length, (from, to, mark) => {
    found.push({ from, to, isOpen: mark.spec["isOpen"] === true });
  });
  return found;
}

export const templateTags: Extension = tagField;
