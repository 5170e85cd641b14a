// Which toast is shown: one at a time, the newest. A toast never carries a problem alone; that stands on its screen too.

export interface Toast {
  id: number;
  text: string;
  /** What takes it back, with the key that does the same. */
  undo?: ToastAction | undefined;
}

export interface ToastAction {
  /** "Undo" where nothing is said. */
  label?: string | undefined;
  keys?: string | undefined;
  perform: () => void;
}

let current: Toast | null = null;
let count = 0;
const watchers = new Set<() => void>();

function show(next: Toast | null): void {
  current = next;
  for (const watcher of watchers) watcher();
}

/** Shows what was done; `undo` names how to take it back. */
export function toast(text: string, undo?: ToastAction): void {
  count += 1;
  show({ id: count, text, undo });
}

/** Takes away the toast with this id, or whichever is shown. */
export function dismissToast(id?: number): void {
  if (current !== null && (id === undefined || current.id === id)) show(null);
}

export function currentToast(): Toast | null {
  return current;
}

export function watchToast(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}
