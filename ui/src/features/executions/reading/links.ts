// Where a link of a model's text may lead. Pure.

/** The address in full, or null for what nobody should open: scripts, files, other programs, the page itself. */
export function safeAddress(href: string | undefined): string | null {
  if (href === undefined || !URL.canParse(href)) return null;
  const url = new URL(href);
  if (url.protocol === "mailto:") return url.href;
  if (url.protocol !== "http:" && url.protocol !== "https:") return null;
  // A name and a password before the host make one address look like another.
  return url.username === "" && url.password === "" ? url.href : null;
}
