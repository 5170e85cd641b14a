// The session key of the page in a browser: exchanged for a one-time code or for the main key, kept on this machine
// until it expires. The main key itself is never kept. The desktop window needs none.

const KEPT_AS = "planloom.key";

/** The key that requests carry; null until there is one. */
export function key(): string | null {
  return localStorage.getItem(KEPT_AS);
}

export function keepKey(value: string): void {
  localStorage.setItem(KEPT_AS, value);
}

export function forgetKey(): void {
  localStorage.removeItem(KEPT_AS);
}

/** Takes the one-time code out of the address, so that it is in no history. */
export function takeCode(): string | null {
  const match = /^#k=([A-Za-z0-9_-]{16,})$/.exec(location.hash);
  if (!match) return null;
  history.replaceState(history.state, "", location.pathname + location.search);
  return match[1] ?? null;
}
