// The small words of the template language: how far a name, a number, a string or a marker reaches. The same letters as
// the engine's own reader takes (planloom-core, prompt/lexis.rs); every function takes a text and a place in it.

const isDigit = (code: number) => code >= 48 && code <= 57;
const isLetter = (code: number) => (code >= 97 && code <= 122) || (code >= 65 && code <= 90);

/** A letter outside of ASCII, or one that may follow it in a name. */
const ALPHABETIC = /\p{Alphabetic}/u;
const ALPHANUMERIC = /[\p{Alphabetic}\p{N}]/u;

function letterAt(text: string, at: number): string {
  const point = text.codePointAt(at);
  return point === undefined ? "" : String.fromCodePoint(point);
}

export function startsName(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code < 128) return isLetter(code) || code === 95;
  return ALPHABETIC.test(letterAt(text, at));
}

function continuesName(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  if (code < 128) return isLetter(code) || isDigit(code) || code === 95;
  return ALPHANUMERIC.test(letterAt(text, at));
}

export function isSpace(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code === 32 || (code >= 9 && code <= 13) || (code >= 128 && /\s|\u0085/.test(text[at] ?? ""));
}

/** The end of the identifier that begins at `at`. */
export function identifierEnd(text: string, at: number): number {
  let end = at;
  while (end < text.length && continuesName(text, end))
    end += text.charCodeAt(end) < 128 ? 1 : letterAt(text, end).length;
  return end;
}

/** The end of the run `[A-Za-z][A-Za-z0-9_-]*` that begins at `at`, without hyphens at its end. */
export function runEnd(text: string, at: number): number {
  let end = at;
  for (; end < text.length; end += 1) {
    const code = text.charCodeAt(end);
    if (!isLetter(code) && !isDigit(code) && code !== 95 && code !== 45) break;
  }
  // A letter outside of ASCII right behind belongs to a name that cannot be a step id.
  if (end < text.length && text.charCodeAt(end) >= 128 && ALPHANUMERIC.test(letterAt(text, end))) {
    const hyphen = text.lastIndexOf("-", end - 1);
    if (hyphen >= at) end = hyphen;
  }
  while (end > at && text.charCodeAt(end - 1) === 45) end -= 1;
  return end;
}

/** The end of a name at `at`: the run where it contains a hyphen, else the identifier. */
export function nameEnd(text: string, at: number): number {
  const identifier = identifierEnd(text, at);
  if (!isLetter(text.charCodeAt(at))) return identifier;
  const run = runEnd(text, at);
  return text.slice(at, run).includes("-") ? run : identifier;
}

/** The end of the number at `at`; `isIndex` for `list.0.1`, whose digits are indexes. */
export function numberEnd(text: string, at: number, isIndex: boolean): number {
  const based = /0(?:[xX][0-9a-fA-F_]*|[oObB][0-9_]*)/y;
  based.lastIndex = at;
  const found = based.exec(text);
  if (found) return at + found[0].length;
  let hasFraction = false;
  let hasExponent = false;
  let end = at;
  for (; end < text.length; end += 1) {
    const letter = text[end] ?? "";
    if (isDigit(letter.charCodeAt(0)) || letter === "_") continue;
    if (letter === "." && !isIndex && !hasFraction && !hasExponent && fractionFollows(text, end)) hasFraction = true;
    else if ((letter === "e" || letter === "E") && !hasExponent) hasExponent = true;
    else if ((letter === "+" || letter === "-") && /[eE]/.test(text[end - 1] ?? "")) continue;
    else break;
  }
  return end;
}

/** Whether the dot is a decimal point and not the access to a key. */
function fractionFollows(text: string, dot: number): boolean {
  return /^[eE][+\-0-9]/.test(text.slice(dot + 1, dot + 3)) || !startsName(text, dot + 1);
}

/** The place behind the closing quote of the string that opens at `at`, or null when it never closes. */
export function stringEnd(text: string, at: number): number | null {
  const quote = text.charCodeAt(at);
  for (let end = at + 1; end < text.length; end += 1) {
    const code = text.charCodeAt(end);
    if (code === 92) end += 1;
    else if (code === quote) return end + 1;
  }
  return null;
}

export type Marker = "{" | "%" | "#";

/** The next `{{`, `{%` or `{#` from `at` on. */
export function nextMarker(text: string, at: number): { from: number; kind: Marker } | null {
  for (let from = text.indexOf("{", at); from >= 0; from = text.indexOf("{", from + 1)) {
    const kind = text[from + 1];
    if (kind === "{" || kind === "%" || kind === "#") return { from, kind };
  }
  return null;
}

/** The length of a sign at `at` that controls white space. */
export function controlLength(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code === 45 || code === 43 ? 1 : 0;
}

/** The place behind `name %}` when exactly that stands at `at`, which is behind a `{%`. */
function bareTagEnd(text: string, at: number, name: "raw" | "endraw"): number | null {
  const tag = name === "raw" ? /[ \t\n\f\r]*raw[ \t\n\f\r]*[-+]?%\}/y : /[ \t\n\f\r]*endraw[ \t\n\f\r]*[-+]?%\}/y;
  tag.lastIndex = at;
  return tag.test(text) ? tag.lastIndex : null;
}

/** Where the inside of a raw block begins whose opening tag's inside is at `at`. */
export const rawInside = (text: string, at: number): number | null => bareTagEnd(text, at, "raw");

/** The place behind `{% endraw %}` of the raw block whose inside begins at `at`, or null when it never ends. */
export function rawEnd(text: string, at: number): number | null {
  for (let from = text.indexOf("{%", at); from >= 0; from = text.indexOf("{%", from + 2)) {
    const inside = from + 2 + controlLength(text, from + 2);
    const end = bareTagEnd(text, inside, "endraw");
    if (end !== null) return end;
  }
  return null;
}
