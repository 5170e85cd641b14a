// Finds the code in a text, and in the code the names that refer to something.
//
// It reads as the engine's own scanner does (planloom-core, prompt/scan.rs): code is what stands inside `{{ }}` and
// `{% %}` (and all of a condition), outside of strings, comments and raw blocks, and not behind `.`, `|` or `is`. It
// knows tokens, never grammar, and judges nothing: what is wrong with a template is said by the engine.
// A tag that never closes is what somebody is just writing; what follows it is read as if it were not there.

import { Code, DEEPEST_BRACKETS, emptyTag, type Mode, type Tag, type Tail } from "./code";
import { controlLength, nextMarker, rawEnd, rawInside } from "./lexis";

export type { Mention, Mode, Tag, TagKind } from "./code";

export interface ScanOptions {
  from?: number | undefined;
  /** A longer tag counts as never closed. The editor colours with a bound, so that one key costs one screen. */
  longestTag?: number | undefined;
  /** Asked at each tag that was found; true ends the scan before it. */
  stopAt?: ((from: number) => boolean) | undefined;
}

/** The tags of a template, in order. */
export function scanTemplate(text: string, options: ScanOptions = {}): Tag[] {
  const longest = options.longestTag ?? Number.POSITIVE_INFINITY;
  const tags: Tag[] = [];
  let at = options.from ?? 0;
  // Tags that do not close are read to the end of the text one after the other, so that is bounded too.
  let budget = Math.max(1 << 16, text.length * DEEPEST_BRACKETS);
  for (;;) {
    const marker = nextMarker(text, at);
    if (!marker || budget < 0 || options.stopAt?.(marker.from) === true) return tags;
    const tag = readTag(text, marker.from, marker.kind, longest);
    if (!tag.isClosed) budget -= tag.readTo - tag.from;
    tags.push(tag);
    at = tag.to;
  }
}

/** A condition as the one tag that it is. */
export function scanCondition(text: string): Tag {
  const tag = emptyTag("condition", 0);
  new Code(text, tag, 0).read();
  return { ...tag, to: text.length, isClosed: true };
}

/** What is being written at the end of the code that begins with the marker at `from`, or with the text. */
export function tailOf(text: string, from: number, mode: Mode): Tail | null {
  if (mode === "condition") return new Code(text, emptyTag("condition", 0), 0).tail();
  const kind = text[from + 1];
  if (kind !== "{" && kind !== "%") return null;
  const inside = from + 2 + controlLength(text, from + 2);
  if (kind === "%" && rawInside(text, inside) !== null) return null;
  return new Code(text, emptyTag(kind === "{" ? "expression" : "statement", from), inside).tail();
}

function readTag(whole: string, from: number, kind: "{" | "%" | "#", longest: number): Tag {
  // Cut, so that looking for an end never goes further than a tag may.
  const text = whole.length - from > longest ? whole.slice(0, from + longest) : whole;
  const inside = from + 2 + controlLength(text, from + 2);
  if (kind === "#") return plain(text, emptyTag("comment", from), endBehind(text, inside, "#}"));
  const raw = kind === "%" ? rawInside(text, inside) : null;
  if (raw !== null) return plain(text, emptyTag("raw", from), rawEnd(text, raw));
  const tag = emptyTag(kind === "{" ? "expression" : "statement", from);
  const code = new Code(text, tag, inside);
  const end = code.read();
  return end === null ? unfinished(text, tag, code.at) : closed(tag, end);
}

function plain(text: string, tag: Tag, end: number | null): Tag {
  return end === null ? { ...tag, readTo: text.length } : closed(tag, end);
}

/** What is just being written: it reaches to the end of its line, or to the next tag in it. */
function unfinished(text: string, tag: Tag, readTo: number): Tag {
  const line = text.indexOf("\n", tag.from);
  const next = nextMarker(text, tag.from + 2)?.from ?? text.length;
  const end = Math.min(line < 0 ? text.length : line, next);
  const mentions = tag.mentions.filter(({ to }) => to <= end);
  return { ...tag, readTo, mentions, targets: [], keyword: "", assigns: false };
}

function endBehind(text: string, at: number, marker: string): number | null {
  const end = text.indexOf(marker, at);
  return end < 0 ? null : end + marker.length;
}

function closed(tag: Tag, end: number): Tag {
  return { ...tag, to: end, readTo: end, isClosed: true };
}
