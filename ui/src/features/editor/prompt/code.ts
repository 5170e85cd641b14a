// Reads one code of a template, from its opening marker to its closing one, and notes the names that refer to
// something.
//
// Names, numbers, strings, brackets and operators follow the engine's scanner (planloom-core, prompt/scan.rs) to the
// letter. Where code stands in a text is for scan.ts, what a name means for template.ts.

import { controlLength, identifierEnd, isSpace, nameEnd, numberEnd, startsName, stringEnd } from "./lexis";

/** A template has text and tags; a condition is one expression as a whole. */
export type Mode = "template" | "condition";

/** How many brackets and operators the engine takes in one expression. */
export const DEEPEST_BRACKETS = 24;
const DEEPEST_EXPRESSION = 120;

/** Names of the language itself, which no step can have. */
const WORDS = new Set([
  ..."true false none True False None and or not in if else is recursive".split(" "),
  ..."loop range dict namespace".split(" "),
]);
const OPERATORS = new Set(["and", "or", "not", "in", "if", "else", "is"]);
/** Filters that take a list, so that what stands before them is gone through. */
const LIST_FILTERS = new Set(
  "batch groupby join map reject rejectattr select selectattr slice sort sum unique zip".split(" "),
);

/** A name with the keys behind it. */
export interface Mention {
  /** `input`, `steps`, or a step's id; in `steps["id"]` the id, and `throughSteps` is set. */
  name: string;
  throughSteps: boolean;
  /** Where the name, or the id inside of `steps[…]`, stands. */
  nameFrom: number;
  nameTo: number;
  /** The fixed keys behind it; the first computed one ends them. */
  path: string[];
  from: number;
  to: number;
  /** Something is made of it when it is missing: `default(…)`, `is defined`. */
  isLenient: boolean;
  /** It is tested by `is defined`. */
  isGuard: boolean;
  /** It is gone through item by item. */
  isItems: boolean;
}

/** A name that a statement declares. */
export interface Target {
  name: string;
  /** The first mention of the same statement that may mean it already: `{% with a = 1, b = a %}`. */
  since: number;
}

export type TagKind = "expression" | "statement" | "comment" | "raw" | "condition";

export interface Tag {
  kind: TagKind;
  from: number;
  /** Of one that never closes: the end of its opening marker. */
  to: number;
  isClosed: boolean;
  /** How far the text was read to find that out. */
  readTo: number;
  /** A statement's first word. */
  keyword: string;
  mentions: Mention[];
  targets: Target[];
  /** `{% set x = … %}`, not the block form. */
  assigns: boolean;
}

/** What is being written at the end of an unfinished code. */
export interface Tail {
  /** A name on its own, a key behind something, or a place where no name goes. */
  place: "name" | "key" | "elsewhere";
  /** Where the written part begins, the chain before it included. */
  from: number;
}

export function emptyTag(kind: TagKind, from: number): Tag {
  return {
    kind,
    from,
    to: from + 2,
    isClosed: false,
    readTo: from + 2,
    keyword: "",
    mentions: [],
    targets: [],
    assigns: false,
  };
}

type Chain = "none" | "other" | "input" | "steps" | "step" | "output";
type Before = "nothing" | "dot" | "word" | "test" | "keyword";

interface Open {
  bracket: string;
  /** The `{{` of a condition. */
  isDouble: boolean;
  chain: Chain;
  weight: number;
  mention: Mention | null;
  /** Nothing but this one key has stood in it so far. */
  key: { text: string; from: number; to: number } | "empty" | "more";
}

/** Reads one code, from `at` to its closing marker. */
export class Code {
  readonly #text: string;
  readonly #tag: Tag;
  #at: number;
  readonly #open: Open[] = [];
  #chain: Chain = "none";
  #before: Before;
  #weight = 0;
  /** The mention that the chain before the next token is of. */
  #mention: Mention | null = null;
  /** The mention to which a filter or a test that follows applies. */
  #subject: Mention | null = null;
  /** Where what is written last begins, the chain before it included. */
  #chainFrom = 0;
  #lastName: { from: number; to: number; isKey: boolean } | null = null;
  /** In `for` before its `in`, in `set` before its `=`: names are declared and refer to nothing. */
  #declares = false;
  #isBroken = false;

  constructor(text: string, tag: Tag, at: number) {
    this.#text = text;
    this.#tag = tag;
    this.#at = at;
    this.#before = tag.kind === "statement" ? "keyword" : "nothing";
  }

  /** How far it has read. */
  get at(): number {
    return this.#at;
  }

  /** The place behind the closing marker, or null when there is none. */
  read(): number | null {
    while (this.#at < this.#text.length && !this.#isBroken) {
      const length = this.#closing();
      if (length > 0) return this.#at + length;
      this.#token();
    }
    return null;
  }

  tail(): Tail | null {
    if (this.read() !== null) return null;
    const end = this.#text.length;
    if (this.#isBroken || this.#declares || this.#before === "keyword") return { place: "elsewhere", from: end };
    const name = this.#lastName;
    if (name?.to === end) return { place: name.isKey ? "key" : "name", from: this.#chainFrom };
    if (this.#before === "dot") return { place: "key", from: this.#chainFrom };
    const isFree = this.#before === "nothing" && this.#chain === "none" && name?.to !== end;
    return { place: isFree ? "name" : "elsewhere", from: end };
  }

  #closing(): number {
    const { kind } = this.#tag;
    if (kind === "condition") return 0;
    const marker = kind === "expression" ? "}}" : "%}";
    const sign = controlLength(this.#text, this.#at);
    const length = this.#text.startsWith(marker, this.#at) ? 2 : 0;
    const signed = length === 0 && sign > 0 && this.#text.startsWith(marker, this.#at + sign) ? 3 : length;
    return signed > 0 && this.#open.at(-1)?.bracket === "{" ? 0 : signed;
  }

  #token(): void {
    const at = this.#at;
    const letter = this.#text[at] ?? "";
    if (isSpace(this.#text, at)) {
      this.#at += 1;
      return;
    }
    const before = this.#before;
    this.#before = "nothing";
    if (letter === '"' || letter === "'") this.#string(at);
    else if (letter >= "0" && letter <= "9") this.#number(at, before);
    else if (startsName(this.#text, at)) this.#name(at, before);
    else if (letter === "(" || letter === "[" || letter === "{") this.#opens(at, letter);
    else if (letter === ")" || letter === "]" || letter === "}") this.#closes(at, letter);
    else this.#operator(at, letter);
    if (this.#open.length > DEEPEST_BRACKETS || this.#weight > DEEPEST_EXPRESSION) this.#isBroken = true;
  }

  #string(at: number): void {
    const end = stringEnd(this.#text, at);
    this.#noteKey(end === null ? null : { text: this.#text.slice(at + 1, end - 1), from: at + 1, to: end - 1 });
    this.#leaveChain("other");
    if (end === null) this.#isBroken = true;
    else this.#at = end;
  }

  #number(at: number, before: Before): void {
    this.#at = numberEnd(this.#text, at, this.#text[at - 1] === ".");
    const text = this.#text.slice(at, this.#at);
    if (before === "dot") {
      this.#extend(text, this.#at);
      return;
    }
    this.#noteKey(/^\d+$/.test(text) ? { text, from: at, to: this.#at } : null);
    this.#leaveChain("other");
  }

  /** What stands in a bracket is a fixed key as long as nothing else does. */
  #noteKey(key: { text: string; from: number; to: number } | null): void {
    const open = this.#open.at(-1);
    if (open) open.key = open.key === "empty" && key !== null ? key : "more";
  }

  #leaveChain(chain: Chain): void {
    this.#chain = chain;
    this.#mention = null;
    this.#subject = null;
  }

  #name(at: number, before: Before): void {
    const identifier = identifierEnd(this.#text, at);
    switch (before) {
      case "keyword":
        this.#at = identifier;
        this.#tag.keyword = this.#text.slice(at, identifier);
        this.#declares = ["for", "set", "with"].includes(this.#tag.keyword);
        return;
      case "word":
      case "test":
        this.#at = identifier;
        this.#applied(this.#text.slice(at, identifier), before);
        return;
      case "dot":
        this.#key(at, identifier);
        return;
      case "nothing":
        this.#freeName(at);
        return;
      default:
        never(before);
    }
  }

  /** A filter or a test. */
  #applied(word: string, before: "word" | "test"): void {
    const subject = this.#subject;
    if (before === "test" && word === "not") {
      this.#before = "test";
      return;
    }
    if (subject && before === "word") {
      if (word === "default" || word === "d") subject.isLenient = true;
      if (LIST_FILTERS.has(word)) subject.isItems = true;
    }
    if (subject && before === "test" && (word === "defined" || word === "undefined")) {
      subject.isLenient = true;
      subject.isGuard = true;
    }
    this.#leaveChain("other");
  }

  #key(at: number, identifier: number): void {
    const isOneKey = this.#chain === "input" || this.#chain === "output" || this.#chain === "steps";
    this.#at = isOneKey ? nameEnd(this.#text, at) : identifier;
    const key = this.#text.slice(at, this.#at);
    this.#lastName = { from: at, to: this.#at, isKey: true };
    if (this.#chain === "steps" && this.#mention?.name === "steps") this.#becomesStep(key, at, this.#at);
    else this.#extend(key, this.#at);
    this.#chain = this.#behind(key);
  }

  #behind(key: string): Chain {
    if (this.#chain === "steps") return "step";
    if (this.#chain === "step") return key === "output" ? "output" : "other";
    return this.#chain === "input" || this.#chain === "output" ? this.#chain : "other";
  }

  #becomesStep(id: string, from: number, to: number): void {
    const mention = this.#mention;
    if (!mention) return;
    mention.name = id;
    mention.nameFrom = from;
    mention.nameTo = to;
    mention.throughSteps = true;
    mention.to = to;
  }

  #extend(key: string, to: number): void {
    if (!this.#mention) return;
    this.#mention.path.push(key);
    this.#mention.to = to;
  }

  #freeName(at: number): void {
    const end = nameEnd(this.#text, at);
    const name = this.#text.slice(at, end);
    this.#noteKey(null);
    this.#at = end;
    this.#chainFrom = at;
    this.#lastName = { from: at, to: end, isKey: false };
    if (OPERATORS.has(name)) this.#word(name);
    else if (WORDS.has(name)) this.#leaveChain("other");
    else if (this.#declares && this.#isTarget(end)) this.#leaveChain("other");
    else if (this.#isArgumentName(end)) this.#leaveChain("other");
    else this.#mentions(name, at, end);
  }

  #word(name: string): void {
    this.#weight += 1;
    if (name === "in" && this.#tag.keyword === "for" && this.#declares) this.#declares = false;
    if (name === "is") {
      this.#before = "test";
      this.#chain = "none";
      this.#mention = null;
      return;
    }
    this.#leaveChain("none");
  }

  /** Takes a declared name; one with a dot behind it is an attribute of a variable, which declares nothing. */
  #isTarget(end: number): boolean {
    const next = this.#text[skipSpace(this.#text, end)];
    if (this.#lastName && next !== ".") this.#declare(this.#text.slice(this.#lastName.from, end));
    return true;
  }

  #declaresNext(): void {
    this.#declares = true;
    for (const target of this.#tag.targets) target.since = Math.min(target.since, this.#tag.mentions.length);
  }

  #declare(name: string): void {
    this.#tag.targets.push({ name, since: Number.POSITIVE_INFINITY });
  }

  /** `name=` inside of a call. */
  #isArgumentName(end: number): boolean {
    if (this.#open.at(-1)?.bracket !== "(") return false;
    const next = skipSpace(this.#text, end);
    return this.#text[next] === "=" && this.#text[next + 1] !== "=";
  }

  #mentions(name: string, from: number, to: number): void {
    const chain = name === "input" || name === "steps" ? name : "step";
    const mention: Mention = {
      name,
      throughSteps: false,
      nameFrom: from,
      nameTo: to,
      path: [],
      from,
      to,
      isLenient: false,
      isGuard: false,
      isItems: this.#tag.keyword === "for" && this.#open.length === 0 && !this.#tag.assigns,
    };
    this.#tag.mentions.push(mention);
    this.#chain = chain;
    this.#mention = mention;
    this.#subject = mention;
  }

  #opens(at: number, letter: string): void {
    const isDouble = letter === "{" && this.#tag.kind === "condition" && this.#text[at + 1] === "{";
    const isIndex = letter === "[" && this.#chain !== "none";
    const mention = this.#mention;
    // A call: the key before it is a method and no key of the data.
    if (letter === "(" && mention && this.#lastName?.isKey === true && this.#lastName.to === at) mention.path.pop();
    if (letter !== "[") this.#noteKey(null);
    this.#weight += 1;
    const chain = letter === "(" ? "other" : letter === "[" ? this.#chain : "none";
    this.#open.push({
      bracket: letter,
      isDouble,
      chain,
      weight: this.#weight,
      mention: isIndex ? mention : null,
      key: "empty",
    });
    this.#leaveChain("none");
    this.#at = isDouble ? at + 2 + controlLength(this.#text, at + 2) : at + 1;
  }

  #closes(at: number, letter: string): void {
    const open = this.#open.pop();
    this.#at = at + 1;
    if (!open) return;
    const isDouble = open.isDouble && this.#text.startsWith("}}", at);
    if (isDouble) this.#at = at + 2;
    this.#weight = open.weight;
    this.#leaveChain(isDouble ? "other" : open.chain);
    if (letter === "]" && open.bracket === "[" && open.mention) this.#indexed(open, at + 1);
  }

  /** The chain goes on behind `["key"]`. */
  #indexed(open: Open, to: number): void {
    const { mention, key } = open;
    if (mention === null || typeof key === "string") return;
    this.#mention = mention;
    this.#subject = mention;
    if (open.chain === "steps" && mention.name === "steps") this.#becomesStep(key.text, key.from, key.to);
    else this.#extend(key.text, to);
    mention.to = to;
    // As the engine reads it: behind `step["output"]` a hyphen subtracts.
    this.#chain = open.chain === "steps" ? "step" : open.chain;
    this.#chainFrom = mention.from;
  }

  #operator(at: number, letter: string): void {
    this.#at = at + 1;
    const next = this.#text[at + 1];
    if (letter === ".") {
      this.#before = "dot";
      this.#weight += 1;
      return;
    }
    this.#noteKey(null);
    if (letter === "," || letter === ":") this.#weight = this.#open.at(-1)?.weight ?? 0;
    else this.#weight += 1;
    if (letter === "|") this.#before = "word";
    else if ((letter === "=" || letter === "!" || letter === "<" || letter === ">") && next === "=") this.#at = at + 2;
    else if (letter === "=" && this.#open.length === 0) {
      this.#tag.assigns = true;
      this.#declares = false;
    }
    // `{% with a = 1, b = 2 %}`: after a comma the next name is declared.
    if (letter === "," && this.#open.length === 0 && this.#tag.keyword === "with") this.#declaresNext();
    const subject = letter === "|" ? this.#subject : null;
    this.#leaveChain("none");
    this.#subject = subject;
  }
}

function skipSpace(text: string, at: number): number {
  let next = at;
  while (next < text.length && isSpace(text, next)) next += 1;
  return next;
}

function never(value: never): never {
  throw new Error(`Unknown token ${JSON.stringify(value)}`);
}
