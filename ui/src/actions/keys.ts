// Keys of the keyboard: from an event to a name as the list of actions writes it, and from there to an action.

import { ACTIONS, type ActionName, isActionName } from "./list";

export const isMac = /Mac|iPhone|iPad/.test(navigator.platform);

/** `Mod+Shift+Z`, `?`, `Escape`: what a key press is called in the list of actions. */
export function keyName(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toUpperCase() : event.key;
  const isMod = isMac ? event.metaKey : event.ctrlKey;
  // Shift is part of what makes a `?`, but says something of its own beside a letter.
  const isShift = event.shiftKey && (key.length > 1 || /[A-Z0-9]/.test(key));
  return [isMod ? "Mod" : "", event.altKey ? "Alt" : "", isShift ? "Shift" : "", key].filter(Boolean).join("+");
}

/** Whether a key press belongs to a text that somebody is writing. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement)
    return true;
  return target instanceof HTMLInputElement && !["checkbox", "radio", "button", "range", "file"].includes(target.type);
}

/** Whether Enter belongs to a button or a link that has the focus: it presses that one. */
export function isPressing(event: KeyboardEvent): boolean {
  if (event.key !== "Enter" || event.ctrlKey || event.metaKey) return false;
  return event.target instanceof Element && event.target.closest("button, a[href], summary") !== null;
}

const byKey = new Map<string, ActionName[]>();
for (const [name, definition] of Object.entries(ACTIONS)) {
  if (!isActionName(name)) continue;
  for (const keys of "keys" in definition ? definition.keys : []) byKey.set(keys, [...(byKey.get(keys) ?? []), name]);
}

/** The actions that a key, or two keys one after the other, may mean. */
export function actionsOf(keys: string): readonly ActionName[] {
  return byKey.get(keys) ?? [];
}

/** Whether a key can be the first of two. */
export function isPrefix(key: string): boolean {
  return [...byKey.keys()].some((keys) => keys.startsWith(`${key} `));
}

/** The first way to press it, or null. */
export function keysOf(name: ActionName): string | null {
  const definition = ACTIONS[name];
  return "keys" in definition ? (definition.keys[0] ?? null) : null;
}
