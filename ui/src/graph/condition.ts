// A condition in words, where it is one of the two simple forms; else its own source, shortened. Pure.

export type ConditionWords = { kind: "says"; step: string; text: string } | { kind: "source"; source: string };

const ID = "([A-Za-z](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)";
/** `{{triage.output}}.includes("critical")`. */
const INCLUDES = new RegExp(String.raw`^\{\{-?\s*${ID}\.output\s*-?\}\}\s*\.includes\(\s*(["'])([^"'\\]*)\2\s*\)$`);
/** `"critical" in triage.output`. */
const IN = new RegExp(String.raw`^(["'])([^"'\\]*)\1\s+in\s+${ID}\.output$`);

const MOST_CHARACTERS = 120;

export function conditionWords(condition: string): ConditionWords {
  const text = condition.slice(0, 1_000).trim();
  const includes = INCLUDES.exec(text);
  if (includes?.[1] !== undefined && includes[3] !== undefined) {
    return { kind: "says", step: includes[1], text: includes[3] };
  }
  const within = IN.exec(text);
  if (within?.[2] !== undefined && within[3] !== undefined) return { kind: "says", step: within[3], text: within[2] };
  return { kind: "source", source: shortened(text, MOST_CHARACTERS) };
}

/** The beginning of a text on one line. A prompt may have 1 MiB, a node shows two lines. */
export function shortened(text: string, most: number): string {
  const line = text
    .slice(0, most * 3)
    .replaceAll(/\s+/g, " ")
    .trim();
  return line.length > most ? `${line.slice(0, most).trimEnd()}…` : line;
}

/** The end of a text on one line, in whole words: what is being written at this moment. */
export function tailOf(text: string, most: number): string {
  const line = text
    .slice(-most * 3)
    .replaceAll(/\s+/g, " ")
    .trim();
  if (line.length <= most && text.length <= most * 3) return line;
  const cut = line.slice(-most);
  return `…${cut.slice(cut.indexOf(" ") + 1)}`;
}
