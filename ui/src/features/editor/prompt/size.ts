// How long a text is in bytes of UTF-8, which is what the engine bounds, kept up to date by what each change adds and
// takes. Changes beyond the bound are refused as a whole, so that a paste never arrives in part.

import { EditorState, type Extension, StateEffect, StateField, type Text, type Transaction } from "@codemirror/state";

/** What the engine takes as one template. */
export const LONGEST_TEMPLATE_BYTES = 1 << 20;

/** Why something was not put into the text. */
export type Refusal = "size" | "files";

export const refused = StateEffect.define<Refusal>();

const encoder = new TextEncoder();

export function bytesOf(text: string): number {
  return encoder.encode(text).length;
}

function bytesOfPart(doc: Text, from: number, to: number): number {
  return from === to ? 0 : bytesOf(doc.sliceString(from, to));
}

export const bytesField = StateField.define<number>({
  create: (state) => bytesOf(state.doc.toString()),
  update: (bytes, transaction) => (transaction.docChanged ? bytesAfter(bytes, transaction) : bytes),
});

function bytesAfter(bytes: number, { changes, startState }: Transaction): number {
  let sum = bytes;
  changes.iterChanges((from, to, _from, _to, inserted) => {
    sum += bytesOf(inserted.toString()) - bytesOfPart(startState.doc, from, to);
  });
  return sum;
}

/** Refuses what somebody types or pastes beyond the bound; a text that is too long already may get shorter. */
export function bounded(longestBytes: number): Extension {
  return [
    bytesField,
    EditorState.transactionFilter.of((transaction) => {
      if (!transaction.docChanged || !isByHand(transaction)) return transaction;
      const before = transaction.startState.field(bytesField);
      const after = bytesAfter(before, transaction);
      return after > longestBytes && after > before ? { effects: refused.of("size") } : transaction;
    }),
  ];
}

function isByHand(transaction: Transaction): boolean {
  return transaction.isUserEvent("input") || transaction.isUserEvent("move") || transaction.isUserEvent("delete");
}
