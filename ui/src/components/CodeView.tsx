// A text that is only read: plain or JSON with folding. However long it is, only what is in sight is drawn.

import { json } from "@codemirror/lang-json";
import {
  codeFolding,
  defaultHighlightStyle,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  syntaxHighlighting,
} from "@codemirror/language";
import { search, searchKeymap } from "@codemirror/search";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useEffect, useRef } from "react";

import { brokenLines } from "./brokenLines";
import styles from "./CodeView.module.css";

/** A tree of more than this is not worth the time it takes to build. */
const JSON_UP_TO = 2_000_000;

const colours = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--accent)" },
  { tag: tags.string, color: "var(--ink)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--running)" },
  { tag: [tags.separator, tags.punctuation, tags.brace, tags.squareBracket], color: "var(--ink-3)" },
]);

export default function CodeView({
  text,
  language = "plain",
  label,
}: {
  text: string;
  language?: "plain" | "json" | undefined;
  /** What it is, for screen readers. */
  label: string;
}) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!place.current) return;
    const isTree = language === "json" && text.length <= JSON_UP_TO;
    const state = EditorState.create({ doc: brokenLines(text), extensions: [...base(label), ...(isTree ? tree : [])] });
    const view = new EditorView({ state, parent: place.current });
    return () => view.destroy();
  }, [text, language, label]);
  return <div ref={place} className={styles.view} />;
}

const tree: Extension[] = [
  json(),
  codeFolding(),
  foldGutter(),
  keymap.of(foldKeymap),
  syntaxHighlighting(colours),
  syntaxHighlighting(defaultHighlightStyle, { fallback: true }),
];

function base(label: string): Extension[] {
  return [
    EditorState.readOnly.of(true),
    EditorView.editable.of(false),
    EditorView.contentAttributes.of({
      tabindex: "0",
      role: "textbox",
      "aria-readonly": "true",
      "aria-multiline": "true",
      "aria-label": label,
    }),
    EditorView.lineWrapping,
    search({ top: true }),
    keymap.of(searchKeymap),
  ];
}
