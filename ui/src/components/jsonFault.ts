// Where a text stops being JSON. Engines word this each in its own way, so it is looked up in a tree that marks faults.

import { parser } from "@lezer/json";

export function firstFault(text: string): { line: number; column: number } {
  let at = text.length;
  parser.parse(text).iterate({
    enter: ({ type, from }) => {
      if (type.isError) at = Math.min(at, from);
    },
  });
  const before = text.slice(0, at).split("\n");
  return { line: before.length, column: (before.at(-1) ?? "").length + 1 };
}
