// What is offered while a reference is being written, and what taking it does.

import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
  type CompletionSection,
  pickedCompletion,
  selectedCompletion,
  startCompletion,
} from "@codemirror/autocomplete";
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";

import { completionAt, type Mode } from "./template";
import { codeAt } from "./tokens";

export type OfferGroup = "upstream" | "adds" | "impossible";

/** One reference that can be written. */
export interface Offer {
  /** `input.contract`, `extract.output.clauses`. */
  text: string;
  group: OfferGroup;
  /** The step that it is of; null for an input. */
  stepId: string | null;
  /** Right of it: a type, or why it cannot be taken. */
  note?: string | undefined;
}

export interface CompletionWords {
  /** Headings; the impossible ones stand at the foot of what adds a dependency. */
  upstream: string;
  adds: string;
}

export interface CompletionDoor {
  /** Asked when the list opens. */
  offers: () => readonly Offer[];
  words: CompletionWords;
  /** A row that would add a dependency is highlighted, or none is any more. */
  onPreview: (stepId: string | null) => void;
  /** A reference to a step that is not upstream yet was taken. */
  onConnect: (stepId: string) => void;
}

/** So many rows are drawn; typing finds the others. */
const SHOWN = 100;

interface OfferCompletion extends Completion {
  offer: Offer;
}

const isOffer = (completion: Completion): completion is OfferCompletion => "offer" in completion;

export function templateCompletion(mode: Mode, door: () => CompletionDoor): Extension {
  const source = (context: CompletionContext): CompletionResult | null => {
    const { state, pos } = context;
    const tagFrom = mode === "template" ? codeAt(state, pos) : 0;
    if (tagFrom === null) return null;
    const text = state.doc.sliceString(tagFrom, Math.min(state.doc.length, pos + (1 << 14)));
    const place = completionAt(text, pos - tagFrom, mode, 0);
    if (!place) return null;
    // In a condition every place is code, so it waits for a letter there.
    if (mode === "condition" && place.written === "" && !context.explicit && !isBehindBraces(text, pos)) return null;
    const { offers, words } = door();
    const closing = place.isClosed ? "" : "}}";
    const sections = sectionsOf(words);
    const options = offers().map((offer, at) => option(offer, sections[offer.group], at, closing));
    return { from: tagFrom + place.from, to: tagFrom + place.to, options, validFor: /^[A-Za-z0-9_.-]*$/ };
  };
  const option = (offer: Offer, section: CompletionSection, at: number, closing: string): OfferCompletion => ({
    label: offer.text,
    section,
    offer,
    type: offer.group,
    // They keep the order of the plan where they match alike.
    boost: -at / 1000,
    apply: (view, completion, from, to) => take(view, completion, offer, { from, to, closing }),
  });
  const take = (
    view: EditorView,
    completion: Completion,
    offer: Offer,
    { from, to, closing }: { from: number; to: number; closing: string },
  ) => {
    if (offer.group === "impossible") {
      // It stays open: the row says why it cannot be taken.
      setTimeout(() => startCompletion(view));
      return;
    }
    const insert = offer.text + closing;
    // Behind the braces that are there already, as behind those that it brings.
    const skipped = closing === "" && view.state.doc.sliceString(to, to + 2) === "}}" ? 2 : 0;
    view.dispatch({
      changes: { from, to, insert },
      selection: { anchor: from + insert.length + skipped },
      annotations: pickedCompletion.of(completion),
      userEvent: "input.complete",
      scrollIntoView: true,
    });
    if (offer.group === "adds" && offer.stepId !== null) door().onConnect(offer.stepId);
  };
  return [
    autocompletion({
      override: [source],
      icons: false,
      activateOnTypingDelay: 0,
      interactionDelay: 0,
      maxRenderedOptions: SHOWN,
      optionClass: (completion) => (isOffer(completion) ? `tpl-${completion.offer.group}` : ""),
      addToOptions: [{ position: 90, render: note }],
      tooltipClass: () => "tpl-offers",
    }),
    previewing(door),
  ];
}

function isBehindBraces(text: string, position: number): boolean {
  return /\{\{[-+]?\s*$/.test(text.slice(0, position));
}

function sectionsOf(words: CompletionWords): Record<OfferGroup, CompletionSection> {
  const adds = { name: words.adds, rank: 1 };
  return { upstream: { name: words.upstream, rank: 0 }, adds, impossible: adds };
}

const THREAD = "M1.5 12.5h2c4 0 5-9 9-9h2";

/** The thread that it would draw, or its note. */
function note(completion: Completion): Node | null {
  if (!isOffer(completion)) return null;
  const { offer } = completion;
  if (offer.group === "adds") {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 16 16");
    svg.setAttribute("class", "tpl-thread");
    svg.setAttribute("aria-hidden", "true");
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", THREAD);
    svg.append(path);
    return svg;
  }
  if (offer.note === undefined) return null;
  const span = document.createElement("span");
  span.className = "tpl-note";
  span.textContent = offer.note;
  return span;
}

/** Tells which row is highlighted, so that the canvas can show what taking it would draw. */
function previewing(door: () => CompletionDoor): Extension {
  let shown: string | null = null;
  return EditorView.updateListener.of(({ state }) => {
    const completion = selectedCompletion(state);
    const offer = completion && isOffer(completion) ? completion.offer : null;
    const next = offer?.group === "adds" ? offer.stepId : null;
    if (next === shown) return;
    shown = next;
    door().onPreview(next);
  });
}
