// A sentence of the engine: what stands between backticks is code.

import { Fragment } from "react";

export function Sentence({ text }: { text: string }) {
  return text.split("`").map((part, index) =>
    // Every second part stood between two backticks; the parts never change their order.
    index % 2 === 1 ? <code key={index}>{part}</code> : <Fragment key={index}>{part}</Fragment>,
  );
}
