// One text under CodeMirror as a controlled field of React. The text belongs to the plan: there is no history in here,
// undo and redo are the plan's, and what changes elsewhere comes in with as few changes as possible, so that the caret
// stays where it is.

import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { standardKeymap } from "@codemirror/commands";
import { Annotation, Compartment, EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, keymap, placeholder as placeholderOf, tooltips } from "@codemirror/view";
import { type RefObject, useEffect, useRef } from "react";

import { isMac } from "../../../actions";
import { bounded, bytesField, LONGEST_TEMPLATE_BYTES, type Refusal, refused } from "./size";
import { theme } from "./theme";

const external = Annotation.define<boolean>();

/** From this length on the plan hears of changes when the writing pauses, not at every key. */
const LONG = 1 << 16;
const PAUSE_MS = 300;
const EDGE_PX = 8;

export interface CodeField {
  value: string;
  onChange: (text: string) => void;
  onUndo: () => void;
  onRedo: () => void;
  onBlur?: (() => void) | undefined;
  onRefused?: ((why: Refusal) => void) | undefined;
  onBytes?: ((bytes: number) => void) | undefined;
  /** Read once, when the field appears. */
  extensions: () => Extension;
  /** Attributes of the text for screen readers. */
  attributes: Record<string, string>;
  placeholder?: string | undefined;
  isSingleLine?: boolean | undefined;
  longestBytes?: number | undefined;
}

export function useCodeMirror(place: RefObject<HTMLDivElement | null>, field: CodeField): RefObject<EditorView | null> {
  const view = useRef<EditorView | null>(null);
  const latest = useRef(field);
  /** What the plan has of this text, as far as this field knows. */
  const known = useRef(field.value);
  const send = useRef<() => void>(() => {});
  const attributes = useRef(new Compartment());
  useEffect(() => {
    latest.current = field;
  });
  useEffect(() => {
    if (!place.current) return;
    const sending = new Sending(latest, known);
    const compartment = attributes.current;
    const editor = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [
          compartment.of(EditorView.contentAttributes.of(latest.current.attributes)),
          listening(latest, sending),
          ...basics(latest),
          latest.current.extensions(),
        ],
      }),
    });
    view.current = editor;
    send.current = sending.now;
    latest.current.onBytes?.(editor.state.field(bytesField));
    return () => {
      sending.now();
      view.current = null;
      editor.destroy();
    };
  }, [place]);
  useEffect(() => {
    const editor = view.current;
    if (!editor || field.value === known.current) return;
    send.current();
    known.current = field.value;
    const change = smallestChange(editor.state.doc.toString(), editor.state.toText(field.value).toString());
    if (change) editor.dispatch({ changes: change, annotations: external.of(true) });
  }, [field.value]);
  const shown = JSON.stringify(field.attributes);
  useEffect(() => {
    // Compared as text, because the object is a new one at every drawing.
    const next: Record<string, string> = JSON.parse(shown);
    const effects = attributes.current.reconfigure(EditorView.contentAttributes.of(next));
    view.current?.dispatch({ effects });
  }, [shown]);
  return view;
}

/** When the plan hears of what was written. */
class Sending {
  readonly #latest: RefObject<CodeField>;
  readonly #known: RefObject<string>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #state: EditorState | null = null;

  constructor(latest: RefObject<CodeField>, known: RefObject<string>) {
    this.#latest = latest;
    this.#known = known;
  }

  changed(state: EditorState): void {
    this.#state = state;
    if (state.doc.length < LONG) {
      this.now();
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.now, PAUSE_MS);
  }

  readonly now = (): void => {
    clearTimeout(this.#timer);
    const text = this.#state?.doc.toString();
    this.#state = null;
    if (text === undefined || text === this.#known.current) return;
    this.#known.current = text;
    this.#latest.current.onChange(text);
  };
}

function listening(latest: RefObject<CodeField>, sending: Sending): Extension {
  return [
    EditorView.updateListener.of((update) => {
      if (update.docChanged) latest.current.onBytes?.(update.state.field(bytesField));
      const isExternal = update.transactions.some((transaction) => transaction.annotation(external));
      if (update.docChanged && !isExternal) sending.changed(update.state);
      for (const { effects } of update.transactions) {
        for (const effect of effects) if (effect.is(refused)) latest.current.onRefused?.(effect.value);
      }
    }),
    EditorView.domEventHandlers({
      blur: () => {
        sending.now();
        latest.current.onBlur?.();
      },
      // Before the key map, which takes `z` with Shift for `z` alone where Caps Lock is on.
      keydown: (event) => {
        const history = historyKey(event);
        if (history === null || !act(latest, sending, history)) return false;
        event.preventDefault();
        return true;
      },
      beforeinput: (event) => act(latest, sending, event.inputType),
      dragover: (event) => {
        if (event.dataTransfer?.types.includes("Files") !== true) return false;
        event.preventDefault();
        return true;
      },
      drop: (event) => {
        if (event.dataTransfer?.types.includes("Files") !== true) return false;
        event.preventDefault();
        latest.current.onRefused?.("files");
        return true;
      },
    }),
  ];
}

function historyKey(event: KeyboardEvent): "historyUndo" | "historyRedo" | null {
  if (event.altKey || !(isMac ? event.metaKey : event.ctrlKey)) return null;
  const key = event.key.toLowerCase();
  if (key === "z") return event.shiftKey ? "historyRedo" : "historyUndo";
  return key === "y" && !isMac ? "historyRedo" : null;
}

/** The browser's own undo, from a key or from its menu, is the plan's. */
function act(latest: RefObject<CodeField>, sending: Sending, inputType: string): boolean {
  if (inputType !== "historyUndo" && inputType !== "historyRedo") return false;
  sending.now();
  if (inputType === "historyUndo") latest.current.onUndo();
  else latest.current.onRedo();
  return true;
}

function basics(latest: RefObject<CodeField>): Extension[] {
  const { isSingleLine, placeholder, longestBytes } = latest.current;
  return [
    bounded(longestBytes ?? LONGEST_TEMPLATE_BYTES),
    EditorView.lineWrapping,
    drawSelection(),
    tooltips({ tooltipSpace: insideWindow }),
    // Braces only: in a text written for a model, quotes and parentheses are nobody's business but the author's.
    closeBrackets(),
    EditorState.languageData.of(() => [{ closeBrackets: { brackets: ["{"] } }]),
    theme,
    ...(isSingleLine === true ? [oneLine] : []),
    ...(placeholder === undefined ? [] : [placeholderOf(placeholder)]),
    keymap.of(closeBracketsKeymap),
    keymap.of(standardKeymap.filter(({ key }) => isSingleLine !== true || key !== "Enter")),
  ];
}

/** Lists and sentences keep off the window's edges. */
function insideWindow(view: EditorView) {
  const { innerWidth, innerHeight } = view.dom.ownerDocument.defaultView ?? window;
  return { top: EDGE_PX, left: EDGE_PX, right: innerWidth - EDGE_PX, bottom: innerHeight - EDGE_PX };
}

/** What is pasted into a single line comes in as one. */
const oneLine = EditorState.transactionFilter.of((transaction) => {
  if (!transaction.docChanged || transaction.newDoc.lines === 1) return transaction;
  const changes: { from: number; to: number; insert: string }[] = [];
  transaction.changes.iterChanges((from, to, _from, _to, inserted) => {
    changes.push({ from, to, insert: inserted.toString().replaceAll(/\s*\n\s*/g, " ") });
  });
  const [only] = changes;
  const selection = only && changes.length === 1 ? { selection: { anchor: only.from + only.insert.length } } : {};
  return { changes, ...selection, userEvent: "input", scrollIntoView: true };
});

/** The one replacement that makes one text of the other; null where they are the same. */
export function smallestChange(from: string, to: string): { from: number; to: number; insert: string } | null {
  if (from === to) return null;
  const shorter = Math.min(from.length, to.length);
  let start = 0;
  while (start < shorter && from.charCodeAt(start) === to.charCodeAt(start)) start += 1;
  let end = 0;
  while (end < shorter - start && from.charCodeAt(from.length - 1 - end) === to.charCodeAt(to.length - 1 - end))
    end += 1;
  // Never between the two halves of one character.
  const isLow = (text: string, at: number) => (text.charCodeAt(at) & 0xfc00) === 0xdc00;
  if (start > 0 && (isLow(from, start) || isLow(to, start))) start -= 1;
  if (end > 0 && (isLow(from, from.length - end) || isLow(to, to.length - end))) end -= 1;
  return { from: start, to: from.length - end, insert: to.slice(start, to.length - end) };
}
