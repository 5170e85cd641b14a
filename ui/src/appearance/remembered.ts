// Small things of a screen that outlive it: open tabs, sizes, zoom. Never data.

import { useCallback, useState } from "react";

/** State that is still there after a restart; `isValid` keeps out what an older version kept. */
export function useRemembered<T>(
  name: string,
  initial: T,
  isValid: (kept: unknown) => kept is T,
): [T, (value: T) => void] {
  const [value, setValue] = useState<T>(() => recall(name, isValid) ?? initial);
  const change = useCallback(
    (next: T) => {
      setValue(next);
      remember(name, next);
    },
    [name],
  );
  return [value, change];
}

export function recall<T>(name: string, isValid: (kept: unknown) => kept is T): T | null {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(`planloom.view.${name}`) ?? "null");
    return isValid(kept) ? kept : null;
  } catch {
    return null;
  }
}

export function remember(name: string, value: unknown): void {
  localStorage.setItem(`planloom.view.${name}`, JSON.stringify(value));
}

export const isBoolean = (kept: unknown): kept is boolean => typeof kept === "boolean";
export const isString = (kept: unknown): kept is string => typeof kept === "string";
export const isStrings = (kept: unknown): kept is string[] => Array.isArray(kept) && kept.every(isString);
