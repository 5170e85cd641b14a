// The search field and the address say the same; the field is ahead while somebody types.

import { useEffect, useRef, useState } from "react";

export function useSearchText(inAddress: string, write: (text: string) => void): [string, (text: string) => void] {
  const [text, setText] = useState(inAddress);
  const written = useRef(inAddress);
  useEffect(() => {
    // Somebody went back, or followed a link: not what was typed here.
    if (inAddress === written.current) return;
    written.current = inAddress;
    setText(inAddress);
  }, [inAddress]);
  return [
    text,
    (next) => {
      written.current = next;
      setText(next);
      write(next);
    },
  ];
}
