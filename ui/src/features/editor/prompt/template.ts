// What a template or a condition says about its plan: which inputs and which steps it refers to, and how it reads when
// a step is called otherwise. Pure, and quick on a text of 1 MiB.

import { type Mention, type Mode, scanCondition, scanTemplate, type Tag, tailOf } from "./scan";

export type { Mode, Tag } from "./scan";
export { scanTemplate } from "./scan";

/** What a text says about an input or a step. Whether there is such a step is not asked. */
export interface Reference {
  /** `input`, or the id of a step. */
  root: string;
  /** The keys behind it, a step's `output` included; the first computed one ends them. */
  path: readonly string[];
  from: number;
  to: number;
  /** The template does without it. */
  isOptional: boolean;
  /** It is gone through item by item. */
  isList: boolean;
}

function tagsOf(text: string, mode: Mode): Tag[] {
  return mode === "condition" ? [scanCondition(text)] : scanTemplate(text);
}

/** What a text refers to, in its order. */
export function referencesOf(text: string, mode: Mode = "template"): Reference[] {
  const found = free(tagsOf(text, mode)).map(({ mention }) => mention);
  const named = found.filter(({ name, throughSteps }) => throughSteps || name !== "steps");
  const guards = new Set(named.filter((mention) => mention.isGuard).map(pathName));
  return named.map((mention) => ({
    root: mention.name,
    path: mention.path,
    from: mention.from,
    to: mention.to,
    isOptional: mention.isLenient || guards.has(pathName(mention)),
    isList: mention.isItems,
  }));
}

const pathName = ({ name, path }: Mention) => [name, ...path].join("\n");

/** The text with every mention of a step following it to its new id. */
export function renameReferences(text: string, from: string, to: string, mode: Mode = "template"): string {
  if (!text.includes(from)) return text;
  let result = "";
  let copied = 0;
  for (const { mention, locals } of free(tagsOf(text, mode))) {
    if (mention.name !== from || (!mention.throughSteps && isOwnName(from))) continue;
    result += text.slice(copied, mention.nameFrom);
    // A variable of the template that is called as the step now is would take its place.
    result += !mention.throughSteps && locals.has(to) ? `steps["${to}"]` : to;
    copied = mention.nameTo;
  }
  return copied === 0 ? text : result + text.slice(copied);
}

const isOwnName = (name: string) => name === "input" || name === "steps";

interface Free {
  mention: Mention;
  locals: ReadonlySet<string>;
}

const BLOCKS = new Set(["for", "with", "filter", "if", "set"]);
const NOTHING: ReadonlySet<string> = new Set();

/** The mentions that no variable of the template shadows. */
function free(tags: readonly Tag[]): Free[] {
  const found: Free[] = [];
  // What each open block declares; the first are the template's own.
  const frames: { block: string; names: Set<string> }[] = [{ block: "", names: new Set() }];
  // Made anew only behind a statement, because most tags of a long text change nothing.
  let locals: ReadonlySet<string> | null = null;
  for (const tag of tags) {
    const { keyword } = tag;
    const opened = keyword === "filter" || (keyword === "set" && !tag.assigns);
    if (keyword !== "") locals = null;
    if (keyword.startsWith("end")) close(frames, keyword.slice(3));
    else if (keyword === "else") enterElse(frames);
    const seen = (locals ??= namesOf(frames));
    for (const [at, mention] of tag.mentions.entries()) {
      const { name, throughSteps } = mention;
      const isDeclared = seen.has(name) || tag.targets.some((target) => target.name === name && target.since <= at);
      if (throughSteps || isOwnName(name) || !isDeclared) found.push({ mention, locals: seen });
    }
    const targets = tag.targets.map((target) => target.name);
    if (keyword === "for" || keyword === "with") frames.push({ block: keyword, names: new Set(targets) });
    else if (keyword === "if") frames.push({ block: "if", names: frames.at(-1)?.names ?? new Set() });
    else if (opened) frames.push({ block: keyword, names: new Set() });
    if (keyword !== "") locals = null;
    if (keyword === "set") {
      // What a block form declares is known behind it; that it is known inside already harms nobody.
      const frame = frames.at(opened ? -2 : -1);
      for (const name of targets) frame?.names.add(name);
    }
  }
  return found;
}

function close(frames: { block: string; names: Set<string> }[], block: string): void {
  if (BLOCKS.has(block) && frames.length > 1 && frames.at(-1)?.block === block) frames.pop();
}

/** The `else` of a loop does not know the loop's variable. */
function enterElse(frames: { block: string; names: Set<string> }[]): void {
  if (frames.at(-1)?.block !== "for") return;
  frames.pop();
  frames.push({ block: "for", names: new Set() });
}

function namesOf(frames: readonly { names: ReadonlySet<string> }[]): ReadonlySet<string> {
  const filled = frames.filter(({ names }) => names.size > 0);
  return filled.length === 0 ? NOTHING : new Set(filled.flatMap(({ names }) => [...names]));
}

/** What could be completed at a place. */
export interface CompletionPlace {
  /** The part of the text that a completion takes the place of. */
  from: number;
  to: number;
  /** What is written of it up to the caret. */
  written: string;
  /** Its `}}` is there. */
  isClosed: boolean;
}

/** Where somebody writes a reference, or null. `tagFrom` is known to an editor; without it, the text is read. */
export function completionAt(
  text: string,
  position: number,
  mode: Mode = "template",
  tagFrom?: number,
): CompletionPlace | null {
  const start = tagFrom ?? (mode === "condition" ? 0 : openTagAt(text, position));
  if (start === null) return null;
  const tail = tailOf(text.slice(0, position), start, mode);
  if (!tail || tail.place === "elsewhere") return null;
  const rest = /^(?:[A-Za-z0-9_]|[.-](?=[A-Za-z0-9_]))*/.exec(text.slice(position, position + 200));
  const to = position + (rest?.[0].length ?? 0);
  const isExpression = mode === "template" && text[start + 1] === "{";
  return {
    from: tail.from,
    to,
    written: text.slice(tail.from, position),
    isClosed: !isExpression || isClosedAt(text, start),
  };
}

/** Whether the expression that begins at `start` has its `}}`, on the same line where it is being written. */
function isClosedAt(text: string, start: number): boolean {
  const [tag] = scanTemplate(text, { from: start, longestTag: 1 << 14 });
  return tag?.from === start && tag.isClosed;
}

/** The tag in whose code the position stands. */
function openTagAt(text: string, position: number): number | null {
  const tag = scanTemplate(text.slice(0, position)).findLast(({ from }) => from + 2 <= position);
  if (!tag || tag.isClosed || tag.kind === "comment" || tag.kind === "raw") return null;
  return tag.from;
}
