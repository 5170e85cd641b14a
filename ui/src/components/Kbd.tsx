// Keys as they stand on the keyboard of this system: `Mod+K` is one press, `G P` is two.

import { useTranslation } from "react-i18next";

import { isMac } from "../actions";
import styles from "./Kbd.module.css";

const SIGNS: Record<string, string> = {
  Enter: "↵",
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
  Backspace: "⌫",
};
const MAC_SIGNS: Record<string, string> = { Mod: "⌘", Alt: "⌥", Shift: "⇧", Delete: "⌦" };
const NAMED = ["Mod", "Alt", "Shift", "Escape", "Delete", "Space"] as const;

export function Kbd({
  keys,
  isSilent = false,
}: {
  keys: string;
  /** On a button, whose name is its verb; the keys are then in `aria-keyshortcuts`. */
  isSilent?: boolean | undefined;
}) {
  const presses = useKeyNames(keys);
  return (
    <span className={styles.keys} aria-hidden={isSilent || undefined}>
      {presses.map((press, index) => (
        <kbd key={`${index} ${press}`} className={styles.key}>
          {press}
        </kbd>
      ))}
    </span>
  );
}

/** The presses, each as one text: `["Ctrl K"]`, `["G", "P"]`. */
export function useKeyNames(keys: string): string[] {
  const { t } = useTranslation("common");
  const nameOf = (key: string): string => {
    const sign = (isMac ? MAC_SIGNS[key] : undefined) ?? SIGNS[key];
    if (sign !== undefined) return sign;
    const named = NAMED.find((name) => name === key);
    return named ? t(`keys.${named}`) : key;
  };
  // A `+` at the end is the key itself.
  const parts = (press: string) => press.split(/\+(?!$)/);
  return keys
    .split(" ")
    .filter(Boolean)
    .map((press) =>
      parts(press)
        .map(nameOf)
        .join(isMac ? "" : " "),
    );
}

/** As `aria-keyshortcuts` wants them; undefined where there are none. */
export function ariaKeys(keys: string | null | undefined): string | undefined {
  return keys?.replaceAll("Mod", isMac ? "Meta" : "Control");
}
