// JSON as it is read: one value a line, with every digit of every number as it was written. Pure and linear.

/** The text set out in lines; null where it is not JSON. */
export function prettyJson(text: string): string | null {
  if (!isJson(text)) return null;
  const parts: string[] = [];
  let depth = 0;
  const line = () => `\n${"  ".repeat(depth)}`;
  // Strings, signs, and everything else that is one word; what stands between them says nothing.
  for (const [token] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/g)) {
    const last = parts.at(-1);
    if (token === "}" || token === "]") {
      depth -= 1;
      const isEmpty = last === "{" || last === "[";
      parts.push(isEmpty ? token : `${line()}${token}`);
      continue;
    }
    if (token === "," || token === ":") {
      parts.push(token === ":" ? ": " : ",");
      continue;
    }
    if (last === "{" || last === "[" || last === ",") parts.push(line());
    parts.push(token);
    if (token === "{" || token === "[") depth += 1;
  }
  return parts.join("");
}

export function isJson(text: string): boolean {
  const first = text.trimStart()[0];
  // A bare word or number is JSON too, but nobody would want to see it as a tree.
  if (first !== "{" && first !== "[") return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
