// How every text that is edited looks: the tokens of the house over CodeMirror's own.

import { EditorView } from "@codemirror/view";
import { HighlightStyle } from "@codemirror/language";
import { tags } from "@lezer/highlight";

export const jsonColours = HighlightStyle.define([
  { tag: tags.propertyName, color: "var(--accent)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--running)" },
  { tag: [tags.separator, tags.punctuation, tags.brace, tags.squareBracket], color: "var(--ink-3)" },
]);

const menu = {
  background: "var(--raised)",
  border: "1px solid var(--line-strong)",
  borderRadius: "var(--radius-node)",
  boxShadow: "var(--shadow-menu)",
};

export const theme = EditorView.theme({
  "&": { height: "100%", font: "var(--mono)", color: "var(--ink)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { font: "inherit", lineHeight: "1.25rem", overflow: "auto" },
  ".cm-content": { padding: "0.5rem 0", caretColor: "var(--accent)", overflowWrap: "anywhere" },
  ".cm-line": { padding: "0 0.625rem" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--accent)", borderLeftWidth: "2px" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground, .cm-content ::selection": {
    background: "var(--accent-soft)",
  },
  ".cm-placeholder": { color: "var(--ink-3)" },
  ".tpl-code": {
    padding: "0.0625rem 0",
    color: "var(--accent)",
    background: "var(--accent-soft)",
    borderRadius: "var(--radius-bar)",
  },
  ".tpl-comment": { color: "var(--ink-3)" },
  ".tpl-open": { color: "var(--accent)" },
  ".tpl-raw": { color: "var(--ink-2)" },
  // Underlines, as the severities have their colours elsewhere.
  ".cm-lintRange": { backgroundImage: "none", paddingBottom: "0" },
  ".cm-lintRange-error, .cm-lintRange-error .tpl-code": {
    textDecoration: "underline wavy var(--failed) 1px",
    textUnderlineOffset: "3px",
  },
  ".cm-lintRange-warning, .cm-lintRange-warning .tpl-code": {
    textDecoration: "underline wavy var(--awaiting) 1px",
    textUnderlineOffset: "3px",
  },
  ".cm-lintPoint:after": { borderBottomColor: "var(--failed)" },
  ".cm-tooltip": { ...menu, zIndex: "60", font: "var(--text)", color: "var(--ink)" },
  ".cm-tooltip-lint": { padding: "0" },
  ".cm-diagnostic": { maxWidth: "22rem", padding: "0.5rem 0.75rem", borderLeft: "none", whiteSpace: "pre-wrap" },
  ".cm-diagnosticText": { display: "block", font: "var(--text)" },
  ".cm-diagnosticAction": {
    height: "1.5rem",
    margin: "0.5rem 0 0",
    padding: "0 0.5rem",
    font: "var(--small-medium)",
    color: "var(--ink)",
    background: "var(--raised)",
    border: "1px solid var(--line-strong)",
    borderRadius: "var(--radius-control)",
  },
  ".cm-tooltip.cm-tooltip-autocomplete": { padding: "0.25rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": {
    minWidth: "14rem",
    maxWidth: "min(24rem, 90vw)",
    maxHeight: "17rem",
    font: "var(--mono)",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": {
    display: "flex",
    gap: "0.75rem",
    alignItems: "center",
    minHeight: "1.75rem",
    padding: "0 0.5rem",
    lineHeight: "1.25rem",
    borderRadius: "var(--radius-chip)",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": {
    color: "var(--ink)",
    background: "var(--accent-soft)",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > completion-section": {
    display: "block",
    padding: "0.25rem 0.5rem",
    font: "var(--small-medium)",
    color: "var(--ink-3)",
    borderBottom: "none",
    opacity: "1",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li + completion-section": {
    marginTop: "0.25rem",
    paddingTop: "0.5rem",
    borderTop: "1px solid var(--line)",
  },
  ".cm-completionLabel": { flex: "1", minWidth: "0", overflow: "hidden", textOverflow: "ellipsis" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "600" },
  ".tpl-impossible": { color: "var(--ink-3)" },
  ".tpl-note": { flex: "none", font: "var(--small)", color: "var(--ink-3)" },
  ".tpl-thread": {
    flex: "none",
    width: "1rem",
    height: "1rem",
    fill: "none",
    stroke: "var(--accent)",
    strokeWidth: "1.5",
    strokeLinecap: "round",
  },
});
