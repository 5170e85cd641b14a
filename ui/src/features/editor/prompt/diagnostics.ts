// Problems of the engine as underlines: a sentence of a template begins with its place, "Line 3, column 7: …".

import { type Diagnostic, setDiagnostics } from "@codemirror/lint";
import type { EditorState, Text, TransactionSpec } from "@codemirror/state";

import type { Fix, Problem } from "../../../api/types";

const PLACED = /^Line (\d+), column (\d+): /;

/** The sentence without its place. */
export function sentenceOf(problem: Problem): string {
  return problem.message.replace(PLACED, "");
}

export const hasPlace = (problem: Problem): boolean => PLACED.test(problem.message);

/** The place of a problem in the text that it was found in; null for one about the whole text. */
export function placeOf(problem: Problem, doc: Text): { from: number; to: number } | null {
  const match = PLACED.exec(problem.message);
  if (!match) return null;
  const line = doc.line(Math.min(doc.lines, Math.max(1, Number(match[1]))));
  const from = line.from + offsetOf(line.text, Number(match[2]) - 1);
  const word = /^(?:[\p{L}\p{N}_]+(?:[.-][\p{L}\p{N}_]+)*|\{\{|\{%|\{#|.)/u.exec(doc.sliceString(from, from + 200));
  return { from, to: from + (word?.[0].length ?? 0) };
}

/** The engine counts characters, a text in the browser has some of them in two parts. */
function offsetOf(line: string, characters: number): number {
  let offset = 0;
  for (let count = 0; count < characters && offset < line.length; count += 1) {
    offset += (line.codePointAt(offset) ?? 0) > 0xffff ? 2 : 1;
  }
  return offset;
}

export function showProblems(
  state: EditorState,
  problems: readonly Problem[],
  onFix: (fix: Fix) => void,
): TransactionSpec {
  const diagnostics = problems.flatMap((problem): Diagnostic[] => {
    const place = placeOf(problem, state.doc);
    if (!place) return [];
    const { fix, severity } = problem;
    const actions = fix ? [{ name: fix.title.replaceAll("`", ""), apply: () => onFix(fix) }] : [];
    return [{ ...place, severity, message: sentenceOf(problem).replaceAll("`", ""), actions }];
  });
  return setDiagnostics(state, diagnostics);
}
