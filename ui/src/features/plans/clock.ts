// The time for words like "9 min ago": a new one every half minute, for all rows together.

import { useEffect, useState } from "react";

const EVERY_MS = 30_000;

export function useSlowNow(): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}
