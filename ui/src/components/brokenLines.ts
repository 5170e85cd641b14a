// Lines of a length that an editor can measure. Pure.

/** An editor measures whole lines, so one of megabytes would hold the page up. */
export const LONGEST_LINE = 5_000;

/** The text with breaks in its longest lines; the same text where it has none. */
export function brokenLines(text: string): string {
  if (!hasLongLine(text)) return text;
  return text
    .split("\n")
    .map((line) => (line.length <= LONGEST_LINE ? line : pieces(line).join("\n")))
    .join("\n");
}

function hasLongLine(text: string): boolean {
  for (let at = 0; at + LONGEST_LINE < text.length;) {
    const newline = text.indexOf("\n", at);
    if (newline < 0 || newline - at > LONGEST_LINE) return true;
    at = newline + 1;
  }
  return false;
}

function pieces(line: string): string[] {
  const all: string[] = [];
  for (let at = 0; at < line.length; at += LONGEST_LINE) all.push(line.slice(at, at + LONGEST_LINE));
  return all;
}
