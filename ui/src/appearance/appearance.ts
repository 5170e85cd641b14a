// How the screens look and speak for the person at this screen: theme, language, single keys. Kept in the window, not
// in the database, because two people may look at one engine. `public/theme.js` reads the same before first paint.

import { useSyncExternalStore } from "react";

import { isLanguage, type Language, preferredLanguage } from "../texts/i18n";

export type Theme = "system" | "light" | "dark";

export interface Appearance {
  theme: Theme;
  language: Language;
  /** Keys without Ctrl (`S`, `G P`) act. */
  singleKeys: boolean;
}

const KEPT_AS = "planloom.appearance";
const dark = matchMedia("(prefers-color-scheme: dark)");

let current: Appearance = read();
const watchers = new Set<() => void>();

function read(): Appearance {
  const kept = keptObject();
  const { theme, language, singleKeys } = kept;
  return {
    theme: theme === "light" || theme === "dark" ? theme : "system",
    language: typeof language === "string" && isLanguage(language) ? language : preferredLanguage(navigator.languages),
    singleKeys: singleKeys !== false,
  };
}

function keptObject(): Record<string, unknown> {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEPT_AS) ?? "{}");
    return typeof kept === "object" && kept !== null ? { ...kept } : {};
  } catch {
    // Not ours, or broken: as if nothing were kept.
    return {};
  }
}

export function appearance(): Appearance {
  return current;
}

export function changeAppearance(change: Partial<Appearance>): void {
  current = { ...current, ...change };
  localStorage.setItem(KEPT_AS, JSON.stringify(current));
  showTheme();
  for (const watcher of watchers) watcher();
}

function showTheme(): void {
  const isDark = current.theme === "dark" || (current.theme === "system" && dark.matches);
  document.documentElement.dataset["theme"] = isDark ? "dark" : "light";
}

dark.addEventListener("change", showTheme);
showTheme();

function subscribe(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

export function useAppearance(): Appearance {
  return useSyncExternalStore(subscribe, appearance);
}
