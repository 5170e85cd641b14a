// A text in Markdown, cut where it may be cut: each block is read on its own, so that a text that is still growing is
// not read again from its beginning, and no single block can keep the page busy. Pure and linear.

export interface Block {
  text: string;
  /** Too long, or too deep, to be read as Markdown; it is shown as it is written. */
  isPlain: boolean;
}

/** More than this of one paragraph, table or fence is shown as it is written. */
export const LONGEST_BLOCK = 8_192;
/** Quotes and lists in each other. */
const DEEPEST = 24;

/** The blocks, whose texts joined are the text again. */
export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let start = 0;
  let fence: string | null = null;
  let wasBlank = false;
  const end = (at: number) => {
    if (at > start) blocks.push(...sized(text.slice(start, at)));
    start = at;
  };
  for (let at = 0; at < text.length;) {
    const newline = text.indexOf("\n", at);
    const next = newline < 0 ? text.length : newline + 1;
    const line = text.slice(at, Math.min(next, at + 400));
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence !== null) {
      if (mark !== undefined && mark[0] === fence[0] && mark.length >= fence.length) fence = null;
    } else {
      // What goes on with a list, or is indented below it, belongs to what stands before.
      if (wasBlank && !/^(\s|[-*+]\s|\d{1,9}[.)]\s|$)/.test(line)) end(at);
      if (mark !== undefined) fence = mark;
    }
    wasBlank = fence === null && line.trim() === "" && next - at <= 400;
    at = next;
  }
  end(text.length);
  return blocks;
}

function sized(text: string): Block[] {
  if (text.length <= LONGEST_BLOCK && !isDeep(text)) return [{ text, isPlain: false }];
  const parts: Block[] = [];
  for (let at = 0; at < text.length; at += LONGEST_BLOCK) {
    parts.push({ text: text.slice(at, at + LONGEST_BLOCK), isPlain: true });
  }
  return parts;
}

/** Whether some line opens so many containers, or so many brackets, that reading it would be slow or too deep. */
function isDeep(text: string): boolean {
  return text.split("\n").some((line) => {
    const head = /^[\s>*+\-\d.)]*/.exec(line)?.[0] ?? "";
    if (head.replace(/[\s\d]/g, "").length > DEEPEST && /[>*+-]\s*[>*+-]/.test(head))
      return !/^\s*([-*+])(\s*\1)*\s*$/.test(line);
    return /[[(*_~]{24,}/.test(line) || /^\s{80,}/.test(line);
  });
}

/** A text that is still being written, up to its last whole word. */
export function wholeWords(text: string): string {
  if (text === "" || /\s$/.test(text)) return text;
  const from = Math.max(0, text.length - 48);
  const cut = text.slice(from).search(/\s\S*$/);
  // A long run without a space is no word that would soon be whole.
  return cut < 0 ? text : text.slice(0, from + cut + 1);
}

/** The first words of an output, without the signs of Markdown, for a node. */
export function gistOf(output: string): string {
  return (
    output
      .slice(0, 600)
      // The node says so itself.
      .replace(/^\[simulated\]\s*/, "")
      .replace(/^\s*(#{1,6}|>|[-*+]|\d+[.)])\s+/gm, "")
      .replace(/[*_`]{1,3}/g, "")
      .replace(/\s+/g, " ")
      .trim()
      .slice(0, 160)
  );
}
