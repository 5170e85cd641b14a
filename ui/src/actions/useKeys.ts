// Key presses of the whole window to actions. Fields that are being typed in keep their keys.

import { useEffect } from "react";

import { actionsOf, isPrefix, isPressing, isTyping, keyName } from "./keys";
import { ACTIONS, type ActionDefinition, type ActionName } from "./list";
import type { Registry } from "./registry";

/** The second of two keys has to follow within this. */
const SECOND_KEY_MS = 1_200;

export function useKeys(registry: Registry, singleKeys: boolean): void {
  useEffect(() => {
    let first: string | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || isPressing(event)) return;
      if (["Control", "Shift", "Alt", "Meta"].includes(event.key)) return;
      const key = keyName(event);
      const both = first === null ? null : `${first} ${key}`;
      const typing = isTyping(event.target);
      clearTimeout(timer);
      first = null;
      const names = both !== null && actionsOf(both).length > 0 ? actionsOf(both) : actionsOf(key);
      const name = names.find(
        (one) => mayPerform(one, typing, singleKeys || key.includes("Mod+")) && registry.find(one),
      );
      if (name !== undefined) {
        // A held key acts once, so that nothing is decided or deleted by accident.
        if (!event.repeat || name === "edit.undo" || name === "edit.redo") registry.perform(name);
        event.preventDefault();
        return;
      }
      if (!typing && singleKeys && isPrefix(key) && !isInDialog(event.target)) {
        first = key;
        timer = setTimeout(() => {
          first = null;
        }, SECOND_KEY_MS);
      }
    };
    window.addEventListener("keydown", onKeyDown);
    return () => {
      clearTimeout(timer);
      window.removeEventListener("keydown", onKeyDown);
    };
  }, [registry, singleKeys]);
}

function mayPerform(name: ActionName, typing: boolean, keyIsAllowed: boolean): boolean {
  const definition: ActionDefinition = ACTIONS[name];
  if (document.querySelector("[role=dialog], [role=alertdialog], [role=menu]") && name !== "palette.open") return false;
  if (typing) return definition.whileTyping === true && !definition.yieldsToText;
  return keyIsAllowed;
}

function isInDialog(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("[role=dialog], [role=menu]") !== null;
}
